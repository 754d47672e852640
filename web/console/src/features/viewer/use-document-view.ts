import { useCallback, useMemo, useState } from "react";

const ZOOMS = [1, 1.25, 1.5, 2, 3, 4];

/** The state of a document on the screen, which its image, its text and shortcuts share. */
export interface DocumentView {
  /** The number of the page, from 1. */
  readonly page: number;
  readonly pageCount: number;
  readonly zoom: number;
  /** Clockwise, in degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** The index of the block that is marked in the image and the text. */
  readonly marked: number | null;
  /** Goes to a page, if there is one with this number. */
  readonly goTo: (page: number) => void;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  /** Rotates the page clockwise by a quarter. */
  readonly rotate: () => void;
  readonly mark: (block: number | null) => void;
}

interface Options {
  readonly pageCount: number | null | undefined;
  /** The page, where the caller keeps it, for example in the URL. */
  readonly page?: number | undefined;
  readonly onPageChange?: (page: number) => void;
}

/** Returns the view of a document. Give the calling component the item's id as `key`. */
export function useDocumentView({ pageCount, page: given, onPageChange }: Options): DocumentView {
  const count = Math.max(1, pageCount ?? 1);
  const [ownPage, setOwnPage] = useState(1);
  const [zoom, setZoom] = useState(1);
  const [rotation, setRotation] = useState<DocumentView["rotation"]>(0);
  const [marked, mark] = useState<number | null>(null);
  const page = Math.min(Math.max(1, given ?? ownPage), count);
  const goTo = useCallback(
    (next: number) => {
      if (!Number.isInteger(next) || next < 1 || next > count) return;
      mark(null);
      setOwnPage(next);
      onPageChange?.(next);
    },
    [count, onPageChange],
  );
  const zoomIn = useCallback(() => setZoom((old) => ZOOMS.find((zoom) => zoom > old) ?? old), []);
  const zoomOut = useCallback(() => setZoom((old) => ZOOMS.findLast((zoom) => zoom < old) ?? old), []);
  const rotate = useCallback(() => setRotation((old) => ((old + 90) % 360) as DocumentView["rotation"]), []);
  return useMemo(
    () => ({ page, pageCount: count, zoom, rotation, marked, goTo, zoomIn, zoomOut, rotate, mark }),
    [page, count, zoom, rotation, marked, goTo, zoomIn, zoomOut, rotate],
  );
}

import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import { FileSource } from "./file-source";
import type { OpenPdf } from "./pdf";
import type { ViewedItem } from "./queries";
import classes from "./viewer.module.css";

/** Larger canvases fail on some devices. */
const MAX_PIXELS = 16e6;

/** Callbacks while the image of a page is loaded. */
export interface ImageEvents {
  /** Receives the width of the page divided by its height. */
  readonly onRatio: (ratio: number) => void;
  readonly onError: (error: unknown) => void;
}

interface Props extends ImageEvents {
  readonly item: ViewedItem;
  readonly page: number;
  readonly label: string;
  /** The width on the screen, in pixels of CSS. */
  readonly width: number;
}

function usePdf(item: ViewedItem, onError: (error: unknown) => void): PDFDocumentProxy | null {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const failed = useRef(onError);
  useEffect(() => {
    failed.current = onError;
  }, [onError]);
  const source = useRef(item);
  useEffect(() => {
    let isCurrent = true;
    // A function, since the compiler expects no change while others run.
    const isOver = () => !isCurrent;
    let opened: OpenPdf | null = null;
    const open = async () => {
      const { openPdf } = await import("./pdf");
      if (isOver()) return;
      opened = openPdf(new FileSource(source.current), source.current.size_bytes);
      const document = await opened.document;
      if (!isOver()) setPdf(document);
    };
    open().catch((error: unknown) => {
      if (isCurrent) failed.current(error);
    });
    return () => {
      isCurrent = false;
      opened?.close();
    };
  }, []);
  return pdf;
}

/** A page of a PDF, drawn by pdf.js. */
export function PdfImage({ item, page: number, label, width, onRatio, onError }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pdf = usePdf(item, onError);
  const events = useRef({ onRatio, onError });
  useEffect(() => {
    events.current = { onRatio, onError };
  }, [onRatio, onError]);
  useEffect(() => {
    if (!pdf || width === 0) return undefined;
    let task: { cancel: () => void; promise: Promise<void> } | null = null;
    let isCurrent = true;
    const isOver = () => !isCurrent;
    const draw = async () => {
      const page = await pdf.getPage(number);
      const target = canvas.current;
      if (isOver() || !target) return;
      const whole = page.getViewport({ scale: 1 });
      events.current.onRatio(whole.width / whole.height);
      const wanted = (width * devicePixelRatio) / whole.width;
      const scale = Math.min(wanted, Math.sqrt(MAX_PIXELS / (whole.width * whole.height)));
      const viewport = page.getViewport({ scale });
      // A page that is being drawn stays hidden until it is complete.
      const drawn = document.createElement("canvas");
      [drawn.width, drawn.height] = [Math.floor(viewport.width), Math.floor(viewport.height)];
      task = page.render({ canvas: drawn, viewport });
      await task.promise;
      if (isOver()) return;
      [target.width, target.height] = [drawn.width, drawn.height];
      target.getContext("2d")?.drawImage(drawn, 0, 0);
      target.dataset.page = String(number);
      page.cleanup();
    };
    draw().catch((error: unknown) => {
      if (isCurrent) events.current.onError(error);
    });
    return () => {
      isCurrent = false;
      task?.cancel();
    };
  }, [pdf, number, width]);
  return <canvas ref={canvas} role="img" aria-label={label} className={classes.image} />;
}

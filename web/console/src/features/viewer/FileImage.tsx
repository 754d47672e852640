import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { FileSource } from "./file-source";
import type { ImageEvents } from "./PdfImage";
import type { ViewedItem } from "./queries";
import classes from "./viewer.module.css";

interface Props extends ImageEvents {
  readonly item: ViewedItem;
  readonly label: string;
}

/** A document that is an image. */
export function FileImage({ item, label, onRatio, onError }: Props) {
  const { data: url, error } = useQuery({
    queryKey: ["file", item.id, item.processed_at],
    queryFn: () => new FileSource(item).url(),
    // The image stays, however long its URL is valid.
    staleTime: "static",
    gcTime: 0,
  });
  useEffect(() => {
    if (error) onError(error);
  }, [error, onError]);
  return url ? (
    <img
      src={url}
      alt={label}
      className={classes.image}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => onRatio(naturalWidth / naturalHeight)}
      onError={() => onError(new TypeError("The image cannot be decoded."))}
    />
  ) : null;
}

import { type ItemWithText, textOf } from "@alta-data/client";

/** A field of a form has no carriage returns. */
function asField(text: string | null | undefined): string {
  return (text ?? "").replace(/\r\n?/g, "\n");
}

/** The text of an item: as a reviewer corrected it, or else as the engine recognized it. */
export function savedText(item: ItemWithText): string {
  return asField(textOf(item));
}

/** The text of an item as the engine recognized it. */
export function recognizedText(item: ItemWithText): string {
  return asField(item.kind === "document" ? item.ocr_text : item.transcription_text);
}

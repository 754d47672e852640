/** The files that can be uploaded. */

import type { ItemKind, Schema } from "./types.js";

type DocumentType = Schema<"DocumentMediaType">;
type VoiceType = Schema<"VoiceMediaType">;

// The compiler compares the keys of these two tables with the API's lists.
const DOCUMENTS: Record<DocumentType, readonly string[]> = {
  "application/pdf": ["pdf"],
  "image/png": ["png"],
  "image/jpeg": ["jpg", "jpeg", "jpe", "jfif"],
  "image/tiff": ["tif", "tiff"],
  "image/gif": ["gif"],
  "image/bmp": ["bmp", "dib"],
  "image/webp": ["webp"],
};

const VOICE: Record<VoiceType, readonly string[]> = {
  "audio/wav": ["wav", "wave"],
  "audio/x-wav": [],
  "audio/flac": ["flac"],
  "audio/mpeg": ["mp3", "mpga"],
  "audio/mp4": ["m4a", "mp4"],
  "audio/ogg": ["ogg", "oga", "opus"],
  "audio/webm": ["webm", "weba"],
};

/** Other names that browsers send for these types. A recorder may call a recording without pictures a video. */
const ALIASES: Record<string, DocumentType | VoiceType> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "audio/x-m4a": "audio/mp4",
  "audio/m4a": "audio/mp4",
  "audio/mp3": "audio/mpeg",
  "audio/wave": "audio/wav",
  "audio/vnd.wave": "audio/wav",
  "audio/x-pn-wav": "audio/wav",
  "audio/x-flac": "audio/flac",
  "video/webm": "audio/webm",
  "video/mp4": "audio/mp4",
};

const MAX_BYTES: Record<ItemKind, number> = { document: 100 * 2 ** 20, voice: 500 * 2 ** 20 };

/** The kind of a file, and the media type to upload it as. */
export type MediaType =
  | { readonly kind: "document"; readonly content_type: DocumentType }
  | { readonly kind: "voice"; readonly content_type: VoiceType };

/** A file that the API would refuse. */
export class UnsupportedFileError extends Error {
  override readonly name = "UnsupportedFileError";

  constructor(
    readonly reason: "type" | "empty" | "too_large",
    message: string,
  ) {
    super(message);
  }
}

/** Returns the kind and type of a file, or null if it cannot be uploaded. The name decides where the type is unknown. */
export function mediaTypeOf(file: { readonly name?: string; readonly type: string }): MediaType | null {
  const given = file.type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (given !== "" && given !== "application/octet-stream") return accepted(ALIASES[given] ?? given);
  const extension = /\.([^.]+)$/.exec(file.name?.toLowerCase() ?? "")?.[1];
  const tables: [string, readonly string[]][] = Object.entries({ ...DOCUMENTS, ...VOICE });
  const found = extension && tables.find(([, extensions]) => extensions.includes(extension));
  return found ? accepted(found[0]) : null;
}

/** Returns the kind and type of a file. Throws an {@link UnsupportedFileError} if the API would refuse it. */
export function checkFile(file: Blob, name: string): MediaType {
  const media = mediaTypeOf({ name, type: file.type });
  if (!media) throw new UnsupportedFileError("type", unsupported(file.type, name));
  if (file.size === 0) throw new UnsupportedFileError("empty", `${name} is empty.`);
  const most = MAX_BYTES[media.kind];
  if (file.size > most) throw new UnsupportedFileError("too_large", `${name} is larger than ${most / 2 ** 20} MiB.`);
  return media;
}

/** Returns the value for the attribute `accept` of a file input. */
export function acceptedFiles(...kinds: ItemKind[]): string {
  const all = kinds.length === 0 || kinds.length === 2;
  const tables = { ...((all || kinds[0] === "document") && DOCUMENTS), ...((all || kinds[0] === "voice") && VOICE) };
  // Extensions too, since some systems know no type for them.
  return Object.entries(tables)
    .flatMap(([type, extensions]) => [type, ...extensions.map((extension) => `.${extension}`)])
    .join(",");
}

/** Returns a name for a file without one, such as a recording. */
export function defaultName({ kind, content_type }: MediaType): string {
  const extension = { ...DOCUMENTS, ...VOICE }[content_type][0] ?? "wav";
  return `${kind === "voice" ? "recording" : "document"}.${extension}`;
}

function unsupported(type: string, name: string): string {
  // Telephones save photos as HEIC. Some systems know no type for them.
  if (/^image\/hei[cf]/i.test(type) || /\.hei[cf]$/i.test(name)) {
    return `${name} is a HEIC photo. Save it as JPEG, or export it as PDF, and upload the new file.`;
  }
  return `${name} is neither a document nor an audio file.`;
}

function accepted(type: string): MediaType | null {
  if (type in DOCUMENTS) return { kind: "document", content_type: type as DocumentType };
  if (type in VOICE) return { kind: "voice", content_type: type as VoiceType };
  return null;
}

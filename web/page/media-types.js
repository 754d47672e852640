// What can be uploaded, and as what: browsers name some types otherwise than the interface does, or not at all.

const DOCUMENTS = ["application/pdf", "image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp"];
const VOICE = ["audio/wav", "audio/x-wav", "audio/flac", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm"];

const OTHER_NAMES = {
  "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "audio/aac": "audio/mp4", "audio/mp3": "audio/mpeg",
  "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav", "audio/x-flac": "audio/flac", "audio/opus": "audio/ogg",
  // A container with or without pictures; here it holds a recording.
  "video/webm": "audio/webm", "video/ogg": "audio/ogg", "video/mp4": "audio/mp4",
  "image/x-ms-bmp": "image/bmp", "image/jpg": "image/jpeg",
};

const BY_ENDING = {
  pdf: "application/pdf", png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", tif: "image/tiff", tiff: "image/tiff",
  gif: "image/gif", bmp: "image/bmp", webp: "image/webp", wav: "audio/wav", flac: "audio/flac", mp3: "audio/mpeg",
  m4a: "audio/mp4", mp4: "audio/mp4", ogg: "audio/ogg", oga: "audio/ogg", opus: "audio/ogg", webm: "audio/webm",
};

// What browsers show within a page by themselves.
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp"];

// `{ kind, contentType }`, or null for what is neither a document nor a voice sample.
export function mediaOf({ name, type }) {
  const plain = type.split(";", 1)[0].trim().toLowerCase();
  const ending = name.toLowerCase().split(".").at(-1);
  const contentType = OTHER_NAMES[plain] ?? (plain || BY_ENDING[ending]);
  if (DOCUMENTS.includes(contentType)) return { kind: "document", contentType };
  if (VOICE.includes(contentType)) return { kind: "voice", contentType };
  return null;
}

export function isShown(contentType) {
  return SHOWN.includes(contentType);
}

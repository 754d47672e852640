/** The client library of Alta Data. */

export type { Api, Call, Init, Result } from "./api.js";
export { AltaData, type AltaDataOptions, textOf } from "./client.js";
export { checksum } from "./crc32c.js";
export type { Events, EventsOptions } from "./events.js";
export { type InterruptedUpload, memoryUploadStore, type UploadStore, webUploadStore } from "./interrupted.js";
export type { Entry, List, ListPath } from "./list.js";
export { acceptedFiles, type MediaType, mediaTypeOf, UnsupportedFileError } from "./media-types.js";
export { type PasskeyRequest, passkeysSupported } from "./passkeys.js";
export {
  ConnectionError,
  type FieldError,
  isProblem,
  type Problem,
  type ProblemCode,
  ProblemError,
} from "./problem.js";
export type { Session } from "./session.js";
export { memoryStore, type TokenStore, webStore } from "./stores.js";
export { StorageError } from "./transfer.js";
export type { components, Item, ItemKind, ItemStatus, ItemWithText, paths, Schema, Transition } from "./types.js";
export type { Upload, UploadOptions, UploadState } from "./upload.js";
export type { Uploads } from "./uploads.js";

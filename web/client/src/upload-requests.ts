/** The requests around an upload, for both kinds of items. */

import type { Api } from "./api.js";
import type { MediaType } from "./media-types.js";
import { isProblem } from "./problem.js";
import type { Item, ItemKind, Schema } from "./types.js";

/** The description of a file that has been checked. */
export interface FileDescription {
  readonly media: MediaType;
  readonly filename: string;
  readonly size_bytes: number;
  readonly crc32c?: string;
  readonly resumable?: boolean;
}

/** The fields of a new item. */
export interface NewItem {
  readonly project_id: string;
  /** A label, for documents. */
  readonly domain?: string;
  /** The spoken language as a BCP 47 tag, for voice samples. */
  readonly language?: string;
}

/** An item, and the request that uploads its file. */
export interface ItemUpload {
  readonly item: Item;
  readonly upload: Schema<"Upload">;
}

/** Creates an item. A repeated call with the same key creates it once. */
export async function createItem(api: Api, file: FileDescription, of: NewItem, key: string): Promise<ItemUpload> {
  const { media, ...rest } = file;
  const { project_id, domain, language } = of;
  const params = { header: { "Idempotency-Key": key } };
  if (media.kind === "document") {
    const body = { ...rest, project_id, content_type: media.content_type, ...(domain !== undefined && { domain }) };
    return document(await api.post("/documents", { params, body }));
  }
  const body = { ...rest, project_id, content_type: media.content_type, ...(language !== undefined && { language }) };
  return voice(await api.post("/voice", { params, body }));
}

/** Begins the next upload of a failed or rejected item, or renews the URL of a draft with the same file. */
export async function renewUpload(api: Api, item_id: string, file: FileDescription): Promise<ItemUpload> {
  const { media, ...rest } = file;
  if (media.kind === "document") {
    const params = { path: { document_id: item_id } };
    const body = { ...rest, content_type: media.content_type };
    return document(await api.post("/documents/{document_id}/upload-url", { params, body }));
  }
  const params = { path: { voice_sample_id: item_id } };
  const body = { ...rest, content_type: media.content_type };
  return voice(await api.post("/voice/{voice_sample_id}/upload-url", { params, body }));
}

/** Returns an item without its text, or null if it does not exist. */
export async function getItem(api: Api, kind: ItemKind, item_id: string): Promise<Item | null> {
  try {
    if (kind === "document") {
      return { ...(await api.get("/documents/{document_id}", { params: { path: { document_id: item_id } } })), kind };
    }
    return { ...(await api.get("/voice/{voice_sample_id}", { params: { path: { voice_sample_id: item_id } } })), kind };
  } catch (error) {
    if (isProblem(error, "not_found")) return null;
    throw error;
  }
}

/** Deletes an item, if it exists. */
export async function deleteItem(api: Api, kind: ItemKind, item_id: string): Promise<void> {
  try {
    if (kind === "document") {
      await api.delete("/documents/{document_id}", { params: { path: { document_id: item_id } } });
    } else {
      await api.delete("/voice/{voice_sample_id}", { params: { path: { voice_sample_id: item_id } } });
    }
  } catch (error) {
    if (!isProblem(error, "not_found")) throw error;
  }
}

function document(created: Schema<"DocumentUpload">): ItemUpload {
  return { item: { ...created.document, kind: "document" }, upload: created.upload };
}

function voice(created: Schema<"VoiceUpload">): ItemUpload {
  return { item: { ...created.voice_sample, kind: "voice" }, upload: created.upload };
}

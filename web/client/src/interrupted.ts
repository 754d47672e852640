/** Uploads that were interrupted. They continue, also after a reload, when the user chooses the same file again. */

import type { ItemKind } from "./types.js";

/** Storage deletes a session after a week, and the API deletes a draft after eight days. */
const LIFETIME = 7 * 24 * 60 * 60 * 1000;

/** An upload that was begun. */
export interface InterruptedUpload {
  readonly item_id: string;
  readonly kind: ItemKind;
  readonly project_id: string;
  /** True if the item had an earlier file, and exists without this upload. */
  readonly replaces: boolean;
  readonly filename: string;
  readonly content_type: string;
  readonly size_bytes: number;
  readonly last_modified: number;
  readonly crc32c: string | null;
  /** The URL of the resumable session. Anyone with it can finish the upload. */
  readonly session: string | null;
  /** The time when the upload began, in milliseconds since 1970. */
  readonly began: number;
}

/** Keeps the uploads that have begun. */
export interface UploadStore {
  list(): readonly InterruptedUpload[] | Promise<readonly InterruptedUpload[]>;
  /** Stores an upload in place of the one with the same item. */
  put(upload: InterruptedUpload): void | Promise<void>;
  delete(item_id: string): void | Promise<void>;
  clear(): void | Promise<void>;
}

/** Keeps uploads in `localStorage` or `sessionStorage`. */
export function webUploadStore(storage: Storage, key: string): UploadStore {
  const list = (): InterruptedUpload[] => {
    const all: InterruptedUpload[] = JSON.parse(storage.getItem(key) ?? "[]");
    return all.filter(isAlive);
  };
  const others = (item_id: string) => list().filter((upload) => upload.item_id !== item_id);
  const write = (all: InterruptedUpload[]) =>
    all.length > 0 ? storage.setItem(key, JSON.stringify(all)) : storage.removeItem(key);
  return {
    list,
    put: (upload) => write([...others(upload.item_id), upload]),
    delete: (item_id) => write(others(item_id)),
    clear: () => storage.removeItem(key),
  };
}

/** Keeps uploads as long as the page or process lives. */
export function memoryUploadStore(): UploadStore {
  const all = new Map<string, InterruptedUpload>();
  return {
    list: () => [...all.values()].filter(isAlive),
    put: (upload) => {
      all.set(upload.item_id, upload);
    },
    delete: (item_id) => {
      all.delete(item_id);
    },
    clear: () => all.clear(),
  };
}

function isAlive({ began }: InterruptedUpload): boolean {
  return Date.now() - began < LIFETIME;
}

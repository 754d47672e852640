/** The client: everything for one platform and one user. */

import type { Api, Call, Init } from "./api.js";
import { Events, type EventsOptions } from "./events.js";
import { memoryUploadStore, type UploadStore, webUploadStore } from "./interrupted.js";
import { type Entry, type List, type ListPath, list } from "./list.js";
import { createPasskey } from "./passkeys.js";
import { send } from "./problem.js";
import { Session } from "./session.js";
import { browserStorage, memoryStore, type TokenStore, webStore } from "./stores.js";
import type { Fetch, ItemKind, ItemWithText, Schema } from "./types.js";
import type { Upload, UploadOptions } from "./upload.js";
import { Uploads } from "./uploads.js";

export interface AltaDataOptions {
  /** The origin of the API. Defaults to the origin of the page. */
  readonly origin?: string;
  /** Holds the refresh token. Defaults to `localStorage`, and outside of a browser to memory. */
  readonly store?: TokenStore;
  /** Holds interrupted uploads. Defaults to `localStorage`, and outside of a browser to memory. */
  readonly uploadStore?: UploadStore;
  /** The number of files that are uploaded at once. Defaults to 3. */
  readonly concurrency?: number;
  /** The size of a chunk of a resumable upload: a multiple of 256 KiB. Defaults to 8 MiB. */
  readonly chunkBytes?: number;
  /** Replaces the global `fetch` for requests to the API. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A client of the platform. */
export class AltaData {
  readonly origin: string;
  readonly session: Session;
  readonly uploads: Uploads;
  readonly get: Call<"get">;
  readonly post: Call<"post">;
  readonly put: Call<"put">;
  readonly patch: Call<"patch">;
  readonly delete: Call<"delete">;
  readonly #send: Fetch;

  /** Takes the origin of the API, or options. */
  constructor(options: string | AltaDataOptions = {}) {
    const given = typeof options === "string" ? { origin: options } : options;
    const origin = given.origin ?? globalThis.location?.origin;
    if (!origin) throw new TypeError("The origin of the API is missing.");
    const { fetch } = given;
    // The global `fetch` is looked up for each request, because tools replace it.
    const open: Fetch = (request) => send(request, fetch ?? globalThis.fetch);
    const storage = browserStorage();
    const key = (name: string) => `alta-data.${name} ${this.origin}`;
    const uploadStore = () => (storage ? webUploadStore(storage, key("uploads")) : memoryUploadStore());
    this.origin = new URL(origin).origin;
    this.#send = open;
    this.session = new Session(
      this.origin,
      open,
      given.store ?? (storage ? webStore(storage, key("session")) : memoryStore()),
    );
    const { api } = this.session;
    const store = given.uploadStore ?? uploadStore();
    const { concurrency = 3, chunkBytes } = given;
    this.uploads = new Uploads({ api, store, concurrency, chunkBytes });
    ({ get: this.get, post: this.post, put: this.put, patch: this.patch, delete: this.delete } = api);
    // The session URLs of uploads are secrets of the user who signs out.
    let signedInBefore = false;
    this.session.onChange((signedIn) => {
      if (signedInBefore && !signedIn) void store.clear();
      signedInBefore = signedIn;
    });
  }

  /** The client of openapi-fetch, with this session's access token. It returns errors instead of throwing them. */
  get raw(): Api["raw"] {
    return this.session.api.raw;
  }

  /** Returns the entries at a path as an async iterator, which requests further pages when they are needed. */
  list<P extends ListPath>(path: P, init?: Init<"get", P>): List<Entry<P>> {
    return list(this.session.api, path, init);
  }

  /** Uploads a file. See {@link Uploads.start}. */
  upload(file: Blob, options: UploadOptions): Upload {
    return this.uploads.start(file, options);
  }

  /** Streams the transitions of a project's items. */
  events(project_id: string, options?: EventsOptions): Events {
    return new Events(this.session.api, this.#send, this.origin, project_id, options);
  }

  /** Waits until an item is processed, and returns it with its text or its failure. */
  async processed(
    item: { readonly id: string; readonly kind: ItemKind; readonly project_id: string },
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<ItemWithText> {
    const { id, kind } = item;
    const load = async (): Promise<ItemWithText> =>
      kind === "document"
        ? this.get("/documents/{document_id}", { params: { path: { document_id: id } } })
        : this.get("/voice/{voice_sample_id}", { params: { path: { voice_sample_id: id } } });
    const events = this.events(item.project_id, options);
    try {
      await events.opened;
      const now = await load();
      if (isProcessed(now.status)) return now;
      for await (const { item_id, to } of events) if (item_id === id && isProcessed(to)) return await load();
    } finally {
      events.close();
    }
    throw options.signal?.reason ?? new DOMException("The event stream was closed.", "AbortError");
  }

  /** Creates a passkey on this device. Call `session.reauthenticate` first if the user signed in a while ago. */
  createPasskey(name?: string): Promise<Schema<"Passkey">> {
    return createPasskey(this.session.api, name);
  }

  /** Stops listening to other tabs. The session itself stays open. */
  close(): void {
    this.session.close();
  }
}

/** Returns the text of an item: as a reviewer corrected it, or else as the engine recognized it. */
export function textOf(item: ItemWithText): string | null {
  return item.corrected_text ?? (item.kind === "document" ? item.ocr_text : item.transcription_text) ?? null;
}

function isProcessed(status: Schema<"ItemStatus">): boolean {
  return status !== "draft" && status !== "processing";
}

/** The steps of an upload. An interrupted job continues with the step that failed. */

import type { Api } from "./api.js";
import { checksum } from "./crc32c.js";
import type { InterruptedUpload, UploadStore } from "./interrupted.js";
import { isProblem, isTransient } from "./problem.js";
import { type Backoff, withRetry } from "./retry.js";
import type { Semaphore } from "./semaphore.js";
import { send } from "./send.js";
import { StorageError, transfer } from "./transfer.js";
import type { Item, Schema } from "./types.js";
import { createItem, deleteItem, type FileDescription, getItem, type NewItem, renewUpload } from "./upload-requests.js";

/** The parts that the uploads of a client share. */
export interface UploadContext {
  readonly api: Api;
  readonly store: UploadStore;
  readonly semaphore: Semaphore;
  /** The items of this page's uploads that have not ended. */
  readonly active: Set<string>;
  readonly chunkBytes?: number | undefined;
}

/** The item to upload a file for: a new one of a project, or one whose file failed or was rejected. */
export type UploadTarget = NewItem | { readonly item_id: string };

/** About two minutes of failures. */
const REQUESTS: Backoff = { first: 500, longest: 32_000, failures: 8 };

/** The upload of one file, in any number of attempts. */
export class UploadJob {
  /** The item, once it exists. */
  item: Item | null = null;
  /** The number of bytes that were sent. */
  sent = 0;
  readonly #context: UploadContext;
  readonly #file: Blob;
  readonly #target: UploadTarget;
  readonly #key = uniqueKey();
  #description: FileDescription;
  #checked: boolean;
  #itemId: string | null = null;
  #session: string | null = null;
  /** True if bytes may have arrived. */
  #attempted = false;
  #began = Date.now();
  #address: Promise<Schema<"Upload">> | null = null;

  constructor(
    context: UploadContext,
    file: Blob,
    target: UploadTarget,
    description: FileDescription,
    checksum: boolean,
  ) {
    [this.#context, this.#file, this.#target] = [context, file, target];
    [this.#description, this.#checked] = [description, !checksum];
  }

  /** Waits for the limit on concurrent uploads, and uploads the file. Calls `onProgress` when `sent` or `item` changes. */
  async attempt(signal: AbortSignal, onProgress: () => void): Promise<Item> {
    const release = await this.#context.semaphore.acquire(signal);
    try {
      await this.#check(signal);
      if (this.#itemId === null) await this.#find();
      const target = this.#session ?? (await this.#upload(signal));
      onProgress();
      try {
        await this.#send(target, signal, onProgress);
      } catch (error) {
        if (!(error instanceof StorageError && error.isExpired)) throw error;
        this.#session = null;
        await this.#send(await this.#upload(signal), signal, onProgress);
      }
      return await this.#finish();
    } finally {
      release();
    }
  }

  /** Deletes the item, unless it had an earlier file. Call it when no attempt runs any more. */
  async discard(): Promise<void> {
    const { api, store } = this.#context;
    await this.#address?.catch(() => {});
    if (this.#itemId === null) return;
    await store.delete(this.#itemId);
    if (!this.#replaces) await deleteItem(api, this.#description.media.kind, this.#itemId);
  }

  /** Lets other uploads continue what this one began. */
  release(): void {
    if (this.#itemId !== null) this.#context.active.delete(this.#itemId);
  }

  get #replaces(): boolean {
    return "item_id" in this.#target;
  }

  async #check(signal: AbortSignal): Promise<void> {
    if (!this.#checked) this.#description = { ...this.#description, crc32c: await checksum(this.#file, signal) };
    this.#checked = true;
    signal.throwIfAborted();
  }

  /** Finds the item: the one that is replaced, or the one of an interrupted upload. */
  async #find(): Promise<void> {
    const { api, store, active } = this.#context;
    const target = this.#target;
    const kept = (await store.list()).find((upload) => this.#matches(upload));
    if (kept) this.item = await getItem(api, kept.kind, kept.item_id);
    if (kept && this.item) {
      [this.#itemId, this.#session] = [kept.item_id, kept.session];
      [this.#attempted, this.#began] = [true, kept.began];
    } else {
      if (kept) await store.delete(kept.item_id);
      this.#itemId = "item_id" in target ? target.item_id : null;
    }
    if (this.#itemId !== null) active.add(this.#itemId);
  }

  #matches(kept: InterruptedUpload): boolean {
    const [target, file, { media, filename, crc32c = null }] = [this.#target, this.#file, this.#description];
    if ("item_id" in target ? kept.item_id !== target.item_id : kept.replaces || kept.project_id !== target.project_id)
      return false;
    return (
      file instanceof File &&
      !this.#context.active.has(kept.item_id) &&
      kept.filename === filename &&
      kept.content_type === media.content_type &&
      kept.size_bytes === file.size &&
      kept.last_modified === file.lastModified &&
      kept.crc32c === crc32c
    );
  }

  /** Returns where to send the file to, or null if it has arrived already. Creates the item if there is none. */
  async #upload(signal: AbortSignal): Promise<Schema<"Upload"> | null> {
    const { api, active } = this.#context;
    const [id, target, file] = [this.#itemId, this.#target, this.#description];
    const request = () =>
      id !== null || "item_id" in target ? renewUpload(api, id ?? "", file) : createItem(api, file, target, this.#key);
    // A request under way is not aborted, since the item that it creates could not be deleted.
    this.#address = withRetry({ backoff: REQUESTS, signal, isRetryable }, async () => {
      const { item, upload } = await request();
      [this.item, this.#itemId] = [item, item.id];
      active.add(item.id);
      return upload;
    });
    try {
      const address = await this.#address;
      await this.#keep();
      signal.throwIfAborted();
      return address;
    } catch (error) {
      // The response to the last byte was lost, and the item is being processed.
      if (this.#attempted && isProblem(error, "invalid_state")) return null;
      throw error;
    } finally {
      this.#address = null;
    }
  }

  async #send(target: Schema<"Upload"> | string | null, signal: AbortSignal, onProgress: () => void): Promise<void> {
    if (target === null) return;
    this.#attempted = true;
    let keeping: Promise<void> | undefined;
    await transfer(this.#file, target, {
      send,
      signal,
      chunkBytes: this.#context.chunkBytes,
      onSent: (bytes) => {
        this.sent = Math.min(bytes, this.#file.size);
        onProgress();
      },
      onSession: (url) => {
        this.#session = url;
        keeping = this.#keep();
      },
    });
    await keeping;
  }

  /** Stores what another page needs to continue. A file without a date cannot be recognized there. */
  async #keep(): Promise<void> {
    const [item, file, { media, filename, crc32c = null }] = [this.item, this.#file, this.#description];
    if (!(file instanceof File) || !item) return;
    await this.#context.store.put({
      item_id: item.id,
      kind: media.kind,
      project_id: item.project_id,
      replaces: this.#replaces,
      filename,
      content_type: media.content_type,
      size_bytes: file.size,
      last_modified: file.lastModified,
      crc32c,
      session: this.#session,
      began: this.#began,
    });
  }

  async #finish(): Promise<Item> {
    if (!this.item) throw new Error("The item of this upload is not known.");
    await this.#context.store.delete(this.item.id);
    this.sent = this.#file.size;
    return this.item;
  }
}

function isRetryable(error: unknown): boolean | number {
  return isTransient(error) && (isProblem(error) ? (error.retryAfter ?? true) : true);
}

// `randomUUID` needs HTTPS.
function uniqueKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

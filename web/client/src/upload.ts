/** One upload. */

import type { Api } from "./api.js";
import { checksum } from "./crc32c.js";
import type { InterruptedUpload, UploadStore } from "./interrupted.js";
import { checkFile, defaultName } from "./media-types.js";
import { isProblem, isTransient } from "./problem.js";
import { type Backoff, persistently } from "./retry.js";
import { send } from "./send.js";
import { StorageError, transfer } from "./transfer.js";
import type { Turns } from "./turns.js";
import type { Item, ItemKind, Schema } from "./types.js";
import { createItem, type Described, deleteItem, type NewItem, renewUpload } from "./upload-requests.js";

/** `waiting`: for its turn, or for the checksum. After `paused` and `failed`, `resume` continues. */
export type UploadState = "waiting" | "uploading" | "paused" | "failed" | "done" | "canceled";

interface CommonOptions {
  /** The name, for a file without one or in place of its own. */
  readonly filename?: string;
  /** True for a resumable session. Files above 8 MiB always have one. */
  readonly resumable?: boolean;
  /** False omits the checksum, which takes about two seconds per gigabyte. */
  readonly checksum?: boolean;
  /** Receives the upload after each change of its state or progress. */
  readonly onChange?: (upload: Upload) => void;
  /** Cancels the upload. */
  readonly signal?: AbortSignal;
}

/** The item to upload a file for: a new one of a project, or one whose file failed or was rejected. */
export type UploadOptions = CommonOptions & (NewItem | { readonly item_id: string });

/** The parts that uploads share. */
export interface UploadContext {
  readonly api: Api;
  readonly store: UploadStore;
  readonly turns: Turns;
  /** Items with a running upload on this page. */
  readonly active: Set<string>;
  readonly chunkBytes?: number | undefined;
  readonly backoff?: Backoff | undefined;
}

const REQUESTS: Backoff = { first: 500, longest: 32_000, failures: 8 };

/** The upload of a file, which starts by itself. */
export class Upload {
  readonly file: Blob;
  readonly filename: string;
  readonly kind: ItemKind;
  /** The size of the file, in bytes. */
  readonly total: number;
  readonly #context: UploadContext;
  readonly #options: UploadOptions;
  readonly #key = uniqueKey();
  #described: Described;
  #state: UploadState = "waiting";
  #sent = 0;
  #item: Item | null = null;
  #itemId: string | null = null;
  #session: string | null = null;
  #attempted = false;
  #began = Date.now();
  #error: unknown;
  #stop = new AbortController();
  #wake: (() => void) | null = null;
  #creation: Promise<Schema<"Upload">> | null = null;
  #done: Promise<Item>;

  /** Throws an `UnsupportedFileError` if the API would refuse the file. */
  constructor(context: UploadContext, file: Blob, options: UploadOptions) {
    this.#context = context;
    this.#options = options;
    this.file = file;
    this.total = file.size;
    const given = options.filename ?? (file instanceof File ? file.name : "");
    const media = checkFile(file, given || "The file");
    this.kind = media.kind;
    this.filename = given || defaultName(media);
    const { resumable } = options;
    this.#described = {
      media,
      filename: this.filename,
      size_bytes: file.size,
      ...(resumable !== undefined && { resumable }),
    };
    options.signal?.addEventListener("abort", () => void this.cancel().catch(() => {}), { once: true });
    this.#done = this.#start();
    if (options.signal?.aborted) void this.cancel().catch(() => {});
  }

  get state(): UploadState {
    return this.#state;
  }

  /** The number of bytes that were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** The item, once it exists. */
  get item(): Item | null {
    return this.#item;
  }

  /** The reason of the state `failed`. */
  get error(): unknown {
    return this.#error;
  }

  /**
   * Resolves to the item when storage has the whole file. Rejects when the upload fails or is canceled. A pause leaves
   * it pending; `resume` after a failure replaces it.
   */
  get done(): Promise<Item> {
    return this.#done;
  }

  /** Interrupts the upload. What storage has of a resumable one is kept. */
  pause(): void {
    if (this.#state !== "waiting" && this.#state !== "uploading") return;
    this.#become("paused");
    this.#stop.abort(PAUSED);
  }

  /** Continues a paused or failed upload. */
  resume(): void {
    if (this.#state !== "failed" && this.#state !== "paused") return;
    const failed = this.#state === "failed";
    this.#become("waiting");
    if (failed) this.#done = this.#start();
    else this.#wake?.();
  }

  /** Ends the upload and deletes the item, unless the item had an earlier file. */
  async cancel(): Promise<void> {
    if (this.#state === "done" || this.#state === "canceled") return;
    this.#become("canceled");
    this.#stop.abort(this.#options.signal?.reason ?? canceled());
    this.#wake?.();
    await this.#creation?.catch(() => {});
    if (this.#itemId === null) return;
    await this.#context.store.delete(this.#itemId);
    if (!this.#replaces) await this.#delete(this.#itemId);
  }

  get #replaces(): boolean {
    return "item_id" in this.#options;
  }

  #start(): Promise<Item> {
    const done = this.#run().finally(() => {
      if (this.#itemId !== null) this.#context.active.delete(this.#itemId);
    });
    // Callers that only watch the state need not handle the rejection.
    done.catch(() => {});
    return done;
  }

  /** Attempts the upload again after each pause, until it is done. */
  async #run(): Promise<Item> {
    for (;;) {
      this.#stop = new AbortController();
      try {
        const item = await this.#attempt(this.#stop.signal);
        this.#become("done");
        return item;
      } catch (error) {
        const paused = this.#stop.signal.reason === PAUSED;
        if (paused) await this.#resumed();
        if (this.#is("canceled")) throw this.#options.signal?.reason ?? canceled();
        if (paused) continue;
        this.#error = error;
        this.#become("failed");
        throw error;
      }
    }
  }

  async #resumed(): Promise<void> {
    if (!this.#is("paused")) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  async #attempt(signal: AbortSignal): Promise<Item> {
    const endTurn = await this.#context.turns.take(signal);
    try {
      await this.#prepare(signal);
      const target = this.#session ?? (await this.#address(signal));
      this.#become("uploading");
      try {
        await this.#transfer(target, signal);
      } catch (error) {
        if (!(error instanceof StorageError && error.isExpired)) throw error;
        this.#session = null;
        const renewed = await this.#address(signal);
        if (renewed) await this.#transfer(renewed, signal);
      }
      return await this.#finish();
    } finally {
      endTurn();
    }
  }

  /** Computes the checksum, and finds out whether this upload was interrupted earlier. */
  async #prepare(signal: AbortSignal): Promise<void> {
    if (this.#options.checksum !== false && this.#described.crc32c === undefined) {
      this.#described = { ...this.#described, crc32c: await checksum(this.file, signal) };
    }
    signal.throwIfAborted();
    if (this.#itemId === null) {
      const kept = (await this.#context.store.list()).find((upload) => this.#matches(upload));
      this.#itemId = kept?.item_id ?? ("item_id" in this.#options ? this.#options.item_id : null);
      if (kept) {
        [this.#session, this.#attempted, this.#began] = [kept.session, true, kept.began];
        if (!(await this.#load(kept.item_id))) [this.#itemId, this.#session, this.#attempted] = [null, null, false];
      }
    }
    if (this.#itemId !== null) this.#context.active.add(this.#itemId);
  }

  /** Returns where to send the file to, or null if it has arrived already. */
  async #address(signal: AbortSignal): Promise<Schema<"Upload"> | null> {
    const { api } = this.#context;
    const id = this.#itemId;
    const { project_id = "" } = this.#options as Partial<NewItem>;
    // Not aborted with the upload: an item that was created without a response could not be deleted.
    this.#creation = persistently({ backoff: REQUESTS, signal, repeatable: repeatableRequest }, async () => {
      const begun =
        id === null
          ? await createItem(api, this.#described, { ...this.#options, project_id }, this.#key)
          : await renewUpload(api, id, this.#described);
      this.#item = begun.item;
      this.#itemId = begun.item.id;
      return begun.upload;
    });
    try {
      const address = await this.#creation;
      this.#context.active.add(this.#itemId ?? "");
      await this.#keep();
      signal.throwIfAborted();
      return address;
    } catch (error) {
      // The response to the last byte was lost, and the item is being processed.
      if (this.#attempted && isProblem(error, "invalid_state")) return null;
      throw error;
    } finally {
      this.#creation = null;
    }
  }

  async #transfer(target: Schema<"Upload"> | string | null, signal: AbortSignal): Promise<void> {
    if (target === null) return;
    this.#attempted = true;
    let keeping: Promise<void> | undefined;
    await transfer(this.file, target, {
      send,
      signal,
      chunkBytes: this.#context.chunkBytes,
      backoff: this.#context.backoff,
      onSent: (bytes) => {
        this.#sent = Math.min(bytes, this.total);
        this.#changed();
      },
      onSession: (url) => {
        this.#session = url;
        keeping = this.#keep();
      },
    });
    await keeping;
  }

  async #finish(): Promise<Item> {
    const { store } = this.#context;
    if (this.#itemId !== null) await store.delete(this.#itemId);
    this.#sent = this.total;
    if (!this.#item) throw new Error("The item of this upload is not known.");
    return this.#item;
  }

  async #keep(): Promise<void> {
    const item = this.#item;
    if (!(this.file instanceof File) || !item) return;
    await this.#context.store.put({
      item_id: item.id,
      kind: this.kind,
      project_id: item.project_id,
      replaces: this.#replaces,
      filename: this.filename,
      content_type: this.#described.media.content_type,
      size_bytes: this.total,
      last_modified: this.file.lastModified,
      crc32c: this.#described.crc32c ?? null,
      session: this.#session,
      began: this.#began,
    });
  }

  #matches(kept: InterruptedUpload): boolean {
    const options = this.#options;
    const sameTarget =
      "item_id" in options
        ? kept.item_id === options.item_id
        : !kept.replaces && kept.project_id === options.project_id;
    return (
      sameTarget &&
      this.file instanceof File &&
      !this.#context.active.has(kept.item_id) &&
      kept.filename === this.filename &&
      kept.content_type === this.#described.media.content_type &&
      kept.size_bytes === this.total &&
      kept.last_modified === this.file.lastModified &&
      kept.crc32c === (this.#described.crc32c ?? null)
    );
  }

  /** Loads the item of an interrupted upload. Returns false if it no longer exists. */
  async #load(id: string): Promise<boolean> {
    const { api, store } = this.#context;
    try {
      this.#item =
        this.kind === "document"
          ? {
              ...(await api.get("/documents/{document_id}", { params: { path: { document_id: id } } })),
              kind: "document",
            }
          : {
              ...(await api.get("/voice/{voice_sample_id}", { params: { path: { voice_sample_id: id } } })),
              kind: "voice",
            };
      return true;
    } catch (error) {
      if (!isProblem(error, "not_found")) throw error;
      await store.delete(id);
      return false;
    }
  }

  async #delete(id: string): Promise<void> {
    await deleteItem(this.#context.api, this.kind, id).catch((error: unknown) => {
      if (!isProblem(error, "not_found")) throw error;
    });
  }

  #become(state: UploadState): void {
    if (this.#state === "canceled" || this.#state === state) return;
    this.#state = state;
    this.#changed();
  }

  // The state changes while other code runs, which the compiler does not see.
  #is(state: UploadState): boolean {
    return this.#state === state;
  }

  #changed(): void {
    this.#options.onChange?.(this);
  }
}

const PAUSED = Symbol("paused");

function canceled(): DOMException {
  return new DOMException("The upload was canceled.", "AbortError");
}

function repeatableRequest(error: unknown): boolean | number {
  return isTransient(error) && (isProblem(error) ? (error.retryAfter ?? true) : true);
}

// `randomUUID` needs HTTPS.
function uniqueKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

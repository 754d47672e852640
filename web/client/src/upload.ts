/** One upload, as its caller sees it. */

import { checkFile, defaultName } from "./media-types.js";
import type { Item, ItemKind } from "./types.js";
import { type UploadContext, UploadJob, type UploadTarget } from "./upload-job.js";

/** `waiting`: for another upload to end, or for the checksum. After `paused` and `failed`, `resume` continues. */
export type UploadState = "waiting" | "uploading" | "paused" | "failed" | "done" | "canceled";

/** The target of an upload, and its options. */
export type UploadOptions = UploadTarget & {
  /** The name, for a file without one or in place of its own. */
  readonly filename?: string;
  /** True for a resumable session. Files above 8 MiB always have one. */
  readonly resumable?: boolean;
  /** False omits the checksum, which takes about five seconds per gigabyte. */
  readonly checksum?: boolean;
  /** Receives the upload after each change of its state or progress. */
  readonly onChange?: (upload: Upload) => void;
  /** Cancels the upload. */
  readonly signal?: AbortSignal;
};

const PAUSED = Symbol("paused");

/** The upload of a file, which starts by itself. */
export class Upload {
  readonly file: Blob;
  readonly filename: string;
  readonly kind: ItemKind;
  /** The size of the file, in bytes. */
  readonly total: number;
  readonly #options: UploadOptions;
  readonly #job: UploadJob;
  #state: UploadState = "waiting";
  #error: unknown;
  #stop = new AbortController();
  #wake: (() => void) | null = null;
  #done: Promise<Item>;

  /** Throws an `UnsupportedFileError` if the API would refuse the file. */
  constructor(context: UploadContext, file: Blob, options: UploadOptions) {
    const { signal, resumable, checksum = true } = options;
    const given = options.filename ?? (file instanceof File ? file.name : "");
    const media = checkFile(file, given || "The file");
    [this.file, this.total, this.kind] = [file, file.size, media.kind];
    this.filename = given || defaultName(media);
    this.#options = options;
    const size = { size_bytes: file.size, ...(resumable !== undefined && { resumable }) };
    this.#job = new UploadJob(context, file, options, { media, filename: this.filename, ...size }, checksum);
    this.#done = this.#start();
    const cancel = () => void this.cancel().catch(() => {});
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
  }

  get state(): UploadState {
    return this.#state;
  }

  /** The number of bytes that were sent. */
  get sent(): number {
    return this.#job.sent;
  }

  /** The item, once it exists. */
  get item(): Item | null {
    return this.#job.item;
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
    if (this.#state === "paused") {
      this.#become("waiting");
      this.#wake?.();
    } else if (this.#state === "failed") {
      this.#become("waiting");
      this.#done = this.#start();
    }
  }

  /** Ends the upload and deletes the item, unless the item had an earlier file. */
  async cancel(): Promise<void> {
    if (this.#state === "done" || this.#state === "canceled") return;
    this.#become("canceled");
    this.#stop.abort(this.#reason());
    this.#wake?.();
    await this.#done.catch(() => {});
    await this.#job.discard();
  }

  #start(): Promise<Item> {
    const done = this.#run().finally(() => this.#job.release());
    // Callers that only watch the state need not handle the rejection.
    done.catch(() => {});
    return done;
  }

  /** Attempts the upload, and again after each pause. */
  async #run(): Promise<Item> {
    for (;;) {
      this.#stop = new AbortController();
      try {
        const item = await this.#job.attempt(this.#stop.signal, () => this.#onProgress());
        this.#become("done");
        return item;
      } catch (error) {
        const paused = this.#stop.signal.reason === PAUSED;
        if (paused) await this.#resumed();
        if (this.#is("canceled")) throw this.#reason();
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

  #reason(): unknown {
    const { signal } = this.#options;
    return signal?.aborted ? signal.reason : new DOMException("The upload was canceled.", "AbortError");
  }

  #onProgress(): void {
    if (this.#is("waiting")) this.#become("uploading");
    else this.#options.onChange?.(this);
  }

  #become(state: UploadState): void {
    if (this.#is("canceled")) return;
    this.#state = state;
    this.#options.onChange?.(this);
  }

  // A method, since the compiler would not expect the state to change while other code runs.
  #is(state: UploadState): boolean {
    return this.#state === state;
  }
}

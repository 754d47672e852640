import type { Schema } from "@alta-data/client";
import { StorageError } from "@alta-data/client";
import { downloadUrl, type ViewedItem } from "./queries";

/** A signed URL is renewed when it is valid for less than this, in milliseconds. */
const MARGIN = 30_000;

/** The file of an item in Cloud Storage, whole or in parts. */
export class FileSource {
  readonly #item: ViewedItem;
  readonly #stop = new AbortController();
  #download: Promise<Schema<"Download">> | null = null;

  constructor(item: ViewedItem) {
    this.#item = item;
  }

  /** Ends all requests. */
  close(): void {
    this.#stop.abort();
  }

  /** Returns a URL that is valid for a while. */
  async url(): Promise<string> {
    let download = await this.#download?.catch(() => null);
    if (!download || Date.parse(download.expires_at) - Date.now() < MARGIN) {
      this.#download = downloadUrl(this.#item);
      download = await this.#download;
    }
    return download.url;
  }

  /** Returns the bytes from `begin` to before `end`. */
  async bytes(begin: number, end: number): Promise<Uint8Array> {
    const response = await this.#fetch({ headers: { range: `bytes=${begin}-${end - 1}` } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    // A server may answer a request for a part with the whole file.
    return response.status === 206 ? bytes : bytes.slice(begin, end);
  }

  /** Returns the whole file. */
  async blob(): Promise<Blob> {
    return await (await this.#fetch({})).blob();
  }

  async #fetch(init: RequestInit): Promise<Response> {
    const response = await fetch(await this.url(), { ...init, signal: this.#stop.signal });
    if (!response.ok) throw new StorageError(response.status);
    return response;
  }
}

/** Requests to Cloud Storage, which report how much of the body was sent. */

import { ConnectionError, send as fetchRequest } from "./problem.js";

export interface StorageRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: Blob;
  readonly signal?: AbortSignal | undefined;
  /** Receives the number of bytes of the body that were sent. */
  readonly onSent?: (bytes: number) => void;
}

export interface StorageResponse {
  readonly status: number;
  header(name: string): string | null;
}

export type Send = (request: StorageRequest) => Promise<StorageResponse>;

/** Sends a request by `XMLHttpRequest` where there is one, because `fetch` does not report progress. */
export const send: Send = (request) =>
  typeof XMLHttpRequest === "undefined" ? sendByFetch(request) : sendByXhr(request);

async function sendByFetch({ method, url, headers, body, signal, onSent }: StorageRequest): Promise<StorageResponse> {
  const init: RequestInit = { method, body: body ?? null, signal: signal ?? null, ...(headers && { headers }) };
  const response = await fetchRequest(new Request(url, init));
  await response.body?.cancel();
  onSent?.(body?.size ?? 0);
  return { status: response.status, header: (name) => response.headers.get(name) };
}

function sendByXhr({ method, url, headers = {}, body, signal, onSent }: StorageRequest): Promise<StorageResponse> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort);
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onSent) request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => resolve({ status: request.status, header: (name) => request.getResponseHeader(name) });
    request.onerror = () => reject(new ConnectionError(new TypeError("network error")));
    request.onabort = () => reject(signal?.reason);
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    request.send(body ?? null);
  });
}

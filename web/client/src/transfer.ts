/**
 * The transfer of a file to Cloud Storage: in one request, or in chunks within a resumable session
 * (https://cloud.google.com/storage/docs/performing-resumable-uploads).
 */

import { ConnectionError, retryAfter } from "./problem.js";
import { type Backoff, withRetry } from "./retry.js";
import type { Send, StorageRequest, StorageResponse } from "./send.js";
import type { Schema } from "./types.js";

/** About three minutes of failures. */
const BACKOFF: Backoff = { first: 500, longest: 32_000, failures: 10 };
/** Storage keeps multiples of 256 KiB. Larger chunks need fewer requests; smaller ones lose less when one fails. */
const CHUNK = 8 * 2 ** 20;

/** A response of Cloud Storage without success. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(
    readonly status: number,
    readonly retryAfter?: number,
  ) {
    super(`Cloud Storage answered ${status}.`);
  }

  /** True if the URL or session is no longer valid, and another one may be. */
  get isExpired(): boolean {
    return [400, 401, 403, 404, 410].includes(this.status);
  }
}

/** The options and callbacks of a transfer. */
export interface TransferOptions {
  send: Send;
  signal: AbortSignal;
  /** Receives the number of bytes that have arrived, or are about to. */
  onSent(bytes: number): void;
  /** Receives the URL of a session once it exists. Anyone with it can finish the upload, for about a week. */
  onSession(url: string): void;
  chunkBytes?: number | undefined;
  backoff?: Backoff | undefined;
}

/** Sends a file with a signed request, or to the URL of a session. */
export async function transfer(file: Blob, target: Schema<"Upload"> | string, options: TransferOptions): Promise<void> {
  if (typeof target === "string") {
    await continueSession(file, target, null, options);
  } else if (target.resumable) {
    const session = await startSession(target, options);
    if (session !== null) await continueSession(file, session, 0, options);
  } else {
    const { method, url, headers } = target;
    await attempts(options, () =>
      request(options, { method, url, headers, body: file, onSent: (bytes) => options.onSent(bytes) }),
    );
  }
  options.onSent(file.size);
}

/** Returns the URL of a new session, or null if the object exists already. */
async function startSession(
  { method, url, headers }: Schema<"Upload">,
  options: TransferOptions,
): Promise<string | null> {
  const answer = await attempts(options, () => request(options, { method, url, headers }));
  if (answer.status === 412) return null;
  const session = answer.header("location");
  if (session === null) throw new Error("The response of Cloud Storage has no readable Location header.");
  options.onSession(session);
  return session;
}

/** Sends the chunks from an offset. Null asks the server for the offset. */
async function continueSession(file: Blob, url: string, from: number | null, options: TransferOptions): Promise<void> {
  const { chunkBytes = CHUNK, onSent } = options;
  const put = (range: string, body?: Blob, start = 0) =>
    request(options, {
      method: "PUT",
      url,
      headers: { "content-range": `bytes ${range}/${file.size}` },
      ...(body && { body, onSent: (bytes: number) => onSent(start + bytes) }),
    });

  let offset = from;
  await attempts(options, async (resetFailures) => {
    // After a failure, only storage knows how much it has.
    let answer = offset === null ? await put("*") : null;
    for (;;) {
      if (answer && answer.status !== 308) return answer;
      const start: number = answer ? received(answer) : (offset ?? 0);
      onSent(start);
      offset = null;
      const end = Math.min(start + chunkBytes, file.size);
      answer = await put(`${start}-${end - 1}`, file.slice(start, end), start);
      if (answer.status === 308 && received(answer) <= start) throw new StorageError(503);
      resetFailures();
    }
  });
}

/** Returns the number of bytes that a session has received. */
function received(answer: StorageResponse): number {
  const last = /-(\d+)$/.exec(answer.header("range") ?? "")?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

async function request({ send, signal }: TransferOptions, request: StorageRequest): Promise<StorageResponse> {
  const answer = await send({ ...request, signal });
  const { status } = answer;
  // An object is never overwritten. 412 means that an earlier attempt arrived, and only its response was lost.
  if ((status >= 200 && status < 300) || status === 308 || status === 412) return answer;
  throw new StorageError(status, retryAfter(answer.header("retry-after")));
}

function attempts<T>(options: TransferOptions, run: (resetFailures: () => void) => Promise<T>): Promise<T> {
  return withRetry({ backoff: options.backoff ?? BACKOFF, signal: options.signal, isRetryable }, run);
}

function isRetryable(error: unknown): boolean | number {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof StorageError)) return false;
  const transient = error.status === 408 || error.status === 429 || error.status >= 500;
  return transient && (error.retryAfter ?? true);
}

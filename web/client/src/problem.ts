/** The errors of the client, one class for each cause. */

import type { Schema } from "./types.js";

export type Problem = Schema<"Problem">;
export type ProblemCode = Schema<"Code">;
export type FieldError = Schema<"FieldError">;

/** An error response of the API (RFC 9457). `code` is stable, and `message` is a sentence for people. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly status: number;
  /** The invalid fields of the request, all at once. */
  readonly errors: readonly FieldError[];
  /** The id under which the logs mention this request. */
  readonly requestId: string | undefined;

  /** `retryAfter` is the time in seconds after which the server accepts the request again, if it named one. */
  constructor(
    readonly problem: Problem,
    readonly retryAfter?: number,
  ) {
    super(sentence(problem));
    this.code = problem.code;
    this.status = problem.status;
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? undefined;
  }
}

/** The server did not answer. The request may have been processed. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";

  constructor(cause: unknown) {
    super("The server cannot be reached.", { cause });
  }
}

/** Returns true if an error is a problem, with one of these codes if there are any. */
export function isProblem(error: unknown, ...codes: ProblemCode[]): error is ProblemError {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code));
}

/** Returns the error for a response without success, of which `body` is the content. */
export function problemOf(response: Response, body: unknown): ProblemError {
  return new ProblemError(isBody(body) ? body : substitute(response), retryAfter(response.headers.get("retry-after")));
}

/** Returns the seconds in a `Retry-After` header, which holds seconds or a date. */
export function retryAfter(header: string | null): number | undefined {
  if (!header) return undefined;
  const seconds = Number.isNaN(Number(header)) ? (Date.parse(header) - Date.now()) / 1000 : Number(header);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** Sends a request. A missing answer becomes a {@link ConnectionError}. */
export async function send(request: Request, fetch: typeof globalThis.fetch = globalThis.fetch): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    throw new ConnectionError(error);
  }
}

/** Returns true if a request with this outcome may succeed later without a change. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ProblemError && (error.status === 429 || error.status >= 500);
}

function isBody(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body && "status" in body;
}

// A proxy in front of the API answers in its own format.
function substitute({ status, statusText }: Response): Problem {
  const code = status === 429 ? "too_many_requests" : status >= 500 ? "unavailable" : "malformed";
  return { type: "about:blank", title: statusText || `The server answered ${status}.`, status, code, request_id: null };
}

function sentence({ title, detail, errors }: Problem): string {
  if (errors?.length) return errors.map(({ field, message }) => `${field}: ${message}`).join("; ");
  return detail ?? title;
}

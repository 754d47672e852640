/** The live events of a project. */

import type { Api } from "./api.js";
import { isProblem, isTransient, ProblemError, problemOf } from "./problem.js";
import { delay, sleep } from "./retry.js";
import { readEvents } from "./server-sent-events.js";
import type { Fetch, Schema, Transition } from "./types.js";

/** The server sends a heartbeat every 15 seconds. */
const SILENCE = 60_000;
const BACKOFF = { first: 1000, longest: 60_000 };
/** A ticket is renewed when it is valid for less than this, in milliseconds. */
const MARGIN = 60_000;

export interface EventsOptions {
  /** Resumes after the event with this id. */
  readonly lastEventId?: string;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
  /** Called when events may have been missed, because the server no longer knows the last id. */
  readonly onGap?: () => void;
}

/**
 * A stream of transitions. It connects at once, and again whenever the connection is lost, and resumes after the last
 * event. The iteration ends after `close`, and rejects with a `ProblemError` when access is lost.
 */
export class Events implements AsyncIterableIterator<Transition> {
  /** Resolves when the stream is open: what is loaded afterwards cannot miss a transition. */
  readonly opened: Promise<void>;
  readonly #api: Api;
  readonly #send: Fetch;
  readonly #origin: string;
  readonly #projectId: string;
  readonly #options: EventsOptions;
  readonly #stop = new AbortController();
  readonly #arrived: Transition[] = [];
  #wake: (() => void) | null = null;
  #over = false;
  #error: unknown;
  #ticket: Schema<"EventTicket"> | null = null;
  #lastEventId: string | null;
  #retry: number | null = null;

  constructor(api: Api, send: Fetch, origin: string, project_id: string, options: EventsOptions = {}) {
    [this.#api, this.#send, this.#origin, this.#projectId] = [api, send, origin, project_id];
    this.#options = options;
    this.#lastEventId = options.lastEventId ?? null;
    const { signal } = options;
    signal?.addEventListener("abort", () => this.close(), { once: true });
    if (signal?.aborted) this.close();
    this.opened = new Promise((resolve, reject) => {
      this.#follow(resolve).then(
        () => {
          this.#end(undefined);
          reject(this.#stop.signal.reason);
        },
        (error: unknown) => {
          this.#end(error);
          reject(error);
        },
      );
    });
    // The iteration reports the same error.
    this.opened.catch(() => {});
  }

  /** The id of the last event, from which another stream can resume. */
  get lastEventId(): string | null {
    return this.#lastEventId;
  }

  /** Ends the stream. */
  close(): void {
    this.#stop.abort();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Transition, undefined>> {
    while (this.#arrived.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#arrived.shift();
    if (value) return { done: false, value };
    const error = this.#error;
    this.#error = undefined;
    if (error) throw error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Transition, undefined>> {
    this.close();
    this.#arrived.length = 0;
    return { done: true, value: undefined };
  }

  async #follow(opened: () => void): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#connect(() => {
          failures = 0;
          opened();
        });
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        if (!this.#recovers(error, failures)) throw error;
      }
      const wait = failures === 0 ? (this.#retry ?? BACKOFF.first) : delay(BACKOFF, failures);
      await sleep(wait, signal).catch(() => {});
    }
  }

  /** Follows one connection until it ends. */
  async #connect(opened: () => void): Promise<void> {
    const { signal } = this.#stop;
    const query = new URLSearchParams({ project_id: this.#projectId, ticket: await this.#validTicket() });
    if (this.#lastEventId !== null) query.set("last_event_id", this.#lastEventId);
    // A ticket and an id in the query, since headers would need a preflight request for each connection.
    const init: RequestInit = { signal, headers: { accept: "text/event-stream" }, cache: "no-store" };
    const response = await this.#send(new Request(`${this.#origin}/events?${query}`, init));
    if (!response.ok) throw problemOf(response, await response.json().catch(() => null));
    if (!response.body) return;
    for await (const { event, data, id, retry } of readEvents(response.body, SILENCE, signal)) {
      this.#lastEventId = id;
      this.#retry = retry ?? this.#retry;
      opened();
      if (event === "transition") this.#push(JSON.parse(data));
      if (event === "end") throw ended(JSON.parse(data));
    }
  }

  async #validTicket(): Promise<string> {
    if (!this.#ticket || Date.parse(this.#ticket.expires_at) - Date.now() < MARGIN) {
      const init = { body: { project_id: this.#projectId }, signal: this.#stop.signal };
      this.#ticket = await this.#api.post("/events/tickets", init);
    }
    return this.#ticket.ticket;
  }

  /** Returns true if another connection may succeed, and prepares it. */
  #recovers(error: unknown, failures: number): boolean {
    if (isProblem(error, "ticket_invalid") && failures < 3) {
      this.#ticket = null;
      return true;
    }
    // After a restored backup, the server may not know an id that it sent earlier.
    if (isProblem(error, "invalid_fields", "malformed") && this.#lastEventId !== null) {
      this.#lastEventId = null;
      this.#options.onGap?.();
      return true;
    }
    // Anything but a problem is a lost connection.
    return !isProblem(error) || isTransient(error);
  }

  #push(transition: Transition): void {
    this.#arrived.push(transition);
    this.#notify();
  }

  #end(error: unknown): void {
    this.#over = true;
    this.#error = error;
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

/** Returns the error for the last event of a stream whose reader lost access. */
function ended({ code }: Schema<"StreamEnd">): ProblemError {
  const status = code === "unauthenticated" ? 401 : code === "not_found" ? 404 : 403;
  return new ProblemError({
    type: "about:blank",
    title: "The access to these events has ended",
    status,
    code,
    request_id: null,
  });
}

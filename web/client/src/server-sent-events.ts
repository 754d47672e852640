/** The format of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */

/** One event. An event without data only moves the id. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** The id of this event or of the last one before. */
  readonly id: string | null;
  /** The pause before a reconnection, in milliseconds, if the event sets one. */
  readonly retry: number | null;
}

/**
 * Iterates over the events of a stream, heartbeats included. Rejects if nothing arrives for `silence` milliseconds,
 * because a connection can be lost without a sign, or when the signal is aborted.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silence: number,
  signal?: AbortSignal,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let id: string | null = null;
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silence, signal);
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r\n\r\n|\n\n|\r\r/);
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parse(block, id);
        id = event.id;
        yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parse(block: string, before: string | null): ServerSentEvent {
  let [event, id, retry]: [string, string | null, number | null] = ["message", before, null];
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name, value = ""] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id") id = value;
    else if (name === "retry" && /^\d+$/.test(value)) retry = Number(value);
  }
  return { event, data: data.join("\n"), id, retry };
}

// In Node, the signal of a request no longer ends the body once the request is garbage. Here it does.
function within<T>(promise: Promise<T>, milliseconds: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => reject(new DOMException("The stream is silent.", "TimeoutError")), milliseconds);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
  });
}

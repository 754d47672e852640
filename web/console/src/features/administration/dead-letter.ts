import type { Schema } from "@alta-data/client";
import { periodOf } from "#/features/audit/filter";
import type { DeadLettersSearch } from "./routes";

type DeadLetter = Schema<"DeadLetter">;

/** Returns true if a dead letter matches the filters, by the rules of the API. */
export function matches({ subscription, cause, created_at }: DeadLetter, filter: DeadLettersSearch): boolean {
  const { from, to } = periodOf(filter);
  const at = Date.parse(created_at);
  return (
    (!filter.subscription || subscription === filter.subscription) &&
    (!filter.cause || (cause ?? "").toLowerCase().includes(filter.cause.toLowerCase())) &&
    (!from || at >= Date.parse(from)) &&
    (!to || at < Date.parse(to))
  );
}

/** Returns the query of a request for the dead letters that match. */
export function deadLetterParams(filter: DeadLettersSearch) {
  const { subscription, cause } = filter;
  return { ...(subscription && { subscription }), ...(cause && { cause }), ...periodOf(filter) };
}

/** Returns the payload of a message as text; JSON is indented. */
export function payloadOf({ data }: DeadLetter): string {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

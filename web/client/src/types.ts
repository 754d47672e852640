/** Names for the generated types. */

import type { components, paths } from "./schema.js";

export type { components, paths };

/** A schema of the API, such as `Schema<"Document">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export type ItemKind = Schema<"ItemKind">;
export type ItemStatus = Schema<"ItemStatus">;
/** A document or a voice sample, distinguished by `kind`. */
export type Item = Schema<"AnyItem">;
/** An item with its text, distinguished by `kind`. */
export type ItemWithText = Schema<"DocumentWithText"> | Schema<"VoiceSampleWithText">;
/** A change of an item's status. */
export type Transition = Schema<"ItemTransition">;

/** A function that works like the global `fetch`, but takes only a `Request`. */
export type Fetch = (request: Request) => Promise<Response>;

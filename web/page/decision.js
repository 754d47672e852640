// A decision, sent once or again, and what came of it.
import { sentence } from "./form.js";
import { itemPath } from "./item-paths.js";
import { asOwner } from "./owner.js";
import { statusInWords } from "./wording.js";

// `done`: it counts. `taken`: somebody else was faster, or holds it. `changed`: the item is another than was seen.
// `refused`: it can be tried again, as it is or otherwise.
const TAKEN = ["already_decided", "claimed", "invalid_state", "own_submission", "not_found"];

// Whether the decision that is there is this one: the answer to an earlier try may have been lost.
async function isOurs({ item, me }, body) {
  const { ok, body: now } = await asOwner("GET", itemPath(item));
  return ok && now.reviewed_by_id === me && now.status === body.status
    && (body.corrected_text === undefined || now.corrected_text === body.corrected_text);
}

// What happened to an item that somebody else decided on.
async function whoDecided({ id }) {
  const { ok, body } = await asOwner("GET", `/review/${id}/history?limit=1`);
  const last = ok ? body.items[0] : null;
  if (!last) return "It was decided on meanwhile.";
  return `It was ${statusInWords(last.to)} meanwhile${last.actor_name ? ` by ${last.actor_name}` : ""}.`;
}

const WHY = {
  claimed: () => "Somebody else holds it now.",
  invalid_state: () => "It no longer waits for its review.",
  own_submission: () => "It is your own upload: somebody else decides on it.",
  not_found: () => "It was deleted meanwhile.",
  already_decided: whoDecided,
};

// Why an item is not the reader's, in a sentence, or null when the answer says no such thing.
export async function whyTaken(item, answer) {
  const code = answer.body?.code;
  return TAKEN.includes(code) ? WHY[code](item) : null;
}

// Sends a decision on `{ item, etag, me }`; answers with `{ outcome, told }`.
export async function decide(seen, body) {
  const headers = { "if-match": seen.etag };
  const answer = await asOwner("PATCH", `/review/${seen.item.id}`, { body, headers });
  if (answer.ok) return { outcome: "done" };
  const code = answer.body?.code;
  if (code === "already_decided" && (await isOurs(seen, body))) return { outcome: "done" };
  if (code === "stale") {
    if (await isOurs(seen, body)) return { outcome: "done" };
    return { outcome: "changed" };
  }
  const why = await whyTaken(seen.item, answer);
  if (why) return { outcome: "taken", told: why };
  return { outcome: "refused", told: sentence(answer) };
}

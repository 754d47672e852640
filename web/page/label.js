// What the reader may write on an item: a document's label, the language of a recording.
import { bodyOf, onSubmit } from "./form.js";
import { itemPath } from "./item-paths.js";
import { asOwner } from "./owner.js";

const section = document.querySelector("#label");
const form = section.querySelector("form");
const label = form.querySelector("label");

const FIELDS = {
  document: { heading: "Label", field: "domain", shown: "domain", text: "A label of your team's own, such as letters" },
  voice: { heading: "Language", field: "language", shown: "requested_language", text: "The language that is spoken, such as en-US, for the next time it is read; if not the project's" },
};
let present = null;

// Shows it as it is in the version that `etag` names; `changed` gets the answer to a change.
export function showLabel(state) {
  const { heading, shown, text } = FIELDS[state.kind];
  const before = present?.item[shown];
  present = state;
  section.hidden = !state.mayEdit;
  section.querySelector("h2").textContent = heading;
  label.textContent = text;
  // What the reader is writing stays when the item changes otherwise.
  if (before === undefined || before !== state.item[shown]) form.elements.value.value = state.item[shown] ?? "";
}

onSubmit(form, async ({ value }) => {
  const { kind, id, etag, changed } = present;
  const path = itemPath({ kind, id });
  const headers = { "content-type": "application/merge-patch+json", "if-match": etag };
  const body = { [FIELDS[kind].field]: value.trim() || null };
  const answer = await asOwner("PATCH", path, { body, headers });
  if (answer.body?.code === "stale") {
    changed(await asOwner("GET", path));
    return "It was changed elsewhere meanwhile. This is how it is now.";
  }
  bodyOf(answer);
  changed(answer);
  return value.trim() ? "It is saved." : "It is removed.";
});

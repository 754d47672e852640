// What a reviewer writes on an item: its text as it should be, and why it is rejected. It is kept until it was sent.
import { differenceOf } from "./difference.js";
import { placeInText } from "./document-view.js";
import { dropDraft, keepDraft, keptDraft } from "./drafts.js";

const $ = (id) => document.querySelector(`#${id}`);
const area = $("corrected");
const reason = $("feedback");

const NOTHING = { corrected: null, feedback: "" };
// `{ user, item, text, corrected, feedback }`; `corrected` is null while it is the text that was read.
let present = null;

// Begins with what was typed for this item before, if anything was.
export function beginWriting(user, item, text) {
  const same = present?.item.id === item.id;
  const { corrected, feedback } = keptDraft(user, item.id) ?? (same ? present : NOTHING);
  present = { user, item, text, corrected, feedback };
  area.value = corrected ?? text;
  area.lang = item.language ?? "";
  reason.value = feedback;
  stopCorrecting();
}

export function written() {
  return present ?? NOTHING;
}

// It was sent.
export function endWriting() {
  dropDraft(present.user, present.item.id);
  leaveWriting();
}

export function leaveWriting() {
  present = null;
  $("correction").hidden = true;
}

function keep() {
  const { user, item, corrected, feedback } = present;
  const kept = keepDraft(user, item.id, { corrected, feedback });
  $("no-room").hidden = kept;
}

area.addEventListener("input", () => {
  present.corrected = area.value === present.text ? null : area.value;
  keep();
});
reason.addEventListener("input", () => {
  present.feedback = reason.value;
  keep();
});

function startCorrecting() {
  const place = present.corrected === null && present.item.kind === "document" ? placeInText() : null;
  $("correcting").hidden = false;
  $("correct").ariaPressed = "true";
  $("correction").hidden = true;
  if (place !== null) area.setSelectionRange(place, place);
  // A browser scrolls to where the cursor is when the field gets the focus.
  area.focus();
}

function stopCorrecting() {
  const { corrected, text } = present;
  $("correcting").hidden = true;
  $("correct").ariaPressed = "false";
  $("correction").hidden = corrected === null;
  $("changes").replaceChildren(...(corrected === null ? [] : [differenceOf(text, corrected)]));
}

export function toggleCorrecting() {
  if (!$("correcting").hidden) stopCorrecting();
  else startCorrecting();
}

export function dropCorrection() {
  present.corrected = null;
  area.value = present.text;
  keep();
  stopCorrecting();
  $("item-name").focus();
}

function onWritingKeys(field, { send, stop }) {
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
    else if (event.key === "Escape" && stop) stop();
    else return;
    event.preventDefault();
  });
}

// Control and Enter send what is being written; a correction is sent by what `approve` does.
export function onSent(approve) {
  const stop = () => {
    stopCorrecting();
    $("item-name").focus();
  };
  onWritingKeys(area, { send: approve, stop });
  const form = $("rejecting").querySelector("form");
  onWritingKeys(reason, { send: () => form.requestSubmit(form.querySelector("[value=sent]")) });
}

addEventListener("beforeunload", (event) => {
  // A closed tab forgets what was typed in it.
  if (present && (present.corrected !== null || present.feedback)) event.preventDefault();
});

// The review queue of one project: one item after the other is claimed, looked at and decided on, by keyboard or not.
import { ask } from "./ask.js";
import { giveBack, heldBefore, hold, letGo, release } from "./claim.js";
import { decide, whyTaken } from "./decision.js";
import { leaveDocument, showDocument, turn, turnPicture, zoom } from "./document-view.js";
import { bodyOf, explain, onOpen } from "./form.js";
import { itemPath, kinds, projectPage } from "./item-paths.js";
import { follow } from "./live.js";
import { asOwner } from "./owner.js";
import { beginRound, takeAnother } from "./round.js";
import { areOn, onKeys, switchTo } from "./shortcuts.js";
import { jump, leaveWords, playOrPause, showWords } from "./spoken-words.js";
import { facts } from "./wording.js";
import { beginWriting, dropCorrection, endWriting, leaveWriting, onSent, toggleCorrecting, written } from "./writing.js";

const $ = (id) => document.querySelector(`#${id}`);
const asked = new URLSearchParams(location.search);
const projectId = asked.get("project_id") ?? "";
const filters = $("filters");
const JUMP = 5;

// Who reads, and whether they may decide on what is theirs: the queue's next is theirs only then.
let me = null;
let mayOwn = false;
// What is looked at: `{ item, etag, me }`.
let current = null;
let busy = false;
const tally = { approved: 0, rejected: 0 };

// --- What the reader is told

function tell(sentence) {
  $("news").textContent = sentence;
}

function warn(sentence) {
  $("notice").textContent = sentence;
}

const HOURS = new Intl.DateTimeFormat("en", { timeStyle: "short" });

function decided() {
  const all = tally.approved + tally.rejected;
  return all ? `${all} decided: ${tally.approved} approved, ${tally.rejected} rejected.` : "";
}

// One of the three is shown: an item, that there is none, or what became of one that was lost.
function showOnly(id) {
  for (const one of ["item", "empty", "kept"]) $(one).hidden = one !== id;
}

// --- Taking an item

function chosen() {
  const entries = [...new FormData(filters)].filter(([, value]) => value);
  return Object.fromEntries(entries);
}

function queueQuery(more) {
  return new URLSearchParams({ project_id: projectId, ...chosen(), ...more });
}

async function takeNext() {
  const answer = await asOwner("POST", `/review/next?${queueQuery()}`);
  const item = bodyOf(answer);
  if (!item) return showEmpty(`${decided()} What comes in later is told here.`.trim());
  mayOwn ||= item.uploaded_by_id === me;
  return open(item);
}

// Claims one item; false when it is not to be had.
async function take(id) {
  const answer = await asOwner("POST", `/review/${encodeURIComponent(id)}/claim`);
  const why = await whyTaken({ id }, answer);
  if (why) return false;
  await open(bodyOf(answer));
  return true;
}

function showEmpty(why, heading = "Nothing waits for a review") {
  leave();
  $("empty-heading").textContent = heading;
  $("empty-why").textContent = why;
  showOnly("empty");
  $("empty-heading").focus();
}

function leave() {
  current = null;
  document.title = "Review · Alta Data";
  letGo();
  leaveDocument();
  leaveWords();
  leaveWriting();
}

async function open(claimed) {
  leave();
  hold(claimed, {
    onHeld: (until) => {
      $("held").textContent = `Yours until ${HOURS.format(until)}`;
      warn("");
    },
    onIdle: (until) => warn(`Nobody else gets this item before ${HOURS.format(until)}. Go on working, and it stays yours.`),
    onLost: async (answer) => lose((await whyTaken(claimed, answer)) ?? "It is no longer yours."),
  });
  await load(claimed);
}

// The item as it is now, with what was typed for it before.
async function load({ id, kind }) {
  const path = itemPath({ kind, id });
  const answer = await asOwner("GET", path);
  const body = bodyOf(answer);
  // As a field of a form has it.
  const text = (body.corrected_text ?? body.ocr_text ?? body.transcription_text ?? "").replace(/\r\n?/g, "\n");
  current = { item: { kind, ...body }, etag: answer.headers.get("etag"), me };
  fill();
  beginWriting(me, current.item, text);
  const view = kind === "voice" ? showWords(path, text) : showDocument(path, body);
  await view.catch((error) => warn(explain(error)));
}

function keysOf({ kind, page_count }) {
  if (kind === "voice") return "Space plays, ← → jump, U finds what is unsure";
  return page_count > 1 ? "← → turn pages, U finds what is unsure" : "U finds what is unsure";
}

function fill() {
  const { item } = current;
  document.title = `${item.original_filename} · Review · Alta Data`;
  $("item-name").textContent = item.original_filename;
  $("facts").textContent = facts(item);
  $("keys").textContent = keysOf(item);
  showOnly("item");
  scrollTo(0, 0);
  $("item-name").focus();
}

// --- Deciding

// One thing at a time: a key that is pressed twice decides on one item.
async function alone(run) {
  if (busy) return;
  busy = true;
  document.body.ariaBusy = "true";
  try {
    await run();
  } catch (error) {
    warn(explain(error));
    if (!current && $("kept").hidden) showEmpty("Try again in a moment.", "The next item could not be shown");
  } finally {
    busy = false;
    document.body.ariaBusy = "false";
  }
}

const WORDS = { approved: "Approved", rejected: "Rejected" };

async function send(status) {
  const { item } = current;
  const { corrected, feedback } = written();
  const body = { status };
  if (status === "rejected") body.feedback = feedback.trim();
  if (corrected !== null) body.corrected_text = corrected;
  tell("One moment …");
  const { outcome, told } = await decide(current, body).catch((error) => {
    tell("");
    throw error;
  });
  tell("");
  if (outcome === "refused") return warn(`${told} What you typed is kept: try again.`);
  if (outcome === "changed") {
    await load(item);
    return warn("It was changed meanwhile: this is how it is now. What you typed is kept. Decide again.");
  }
  warn("");
  if (outcome === "taken") return lose(told);
  endWriting();
  tally[status] += 1;
  leave();
  await takeNext();
  return tell(`${WORDS[status]}: ${item.original_filename}. ${decided()}`);
}

async function approve() {
  await send("approved");
}

async function reject() {
  if (busy || (await ask($("rejecting"))) === null || !current) return;
  await alone(() => send("rejected"));
}

// Somebody else has it. What was typed for it stays to be read and copied.
function lose(told) {
  const { corrected, feedback } = written();
  const name = current?.item.original_filename ?? "The item";
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  leave();
  $("kept-why").textContent = `${name}: ${told}`;
  $("kept-corrected").hidden = corrected === null;
  $("kept-text").value = corrected ?? "";
  $("kept-feedback").hidden = !feedback;
  $("kept-reason").value = feedback;
  $("copy-kept").hidden = corrected === null && !feedback;
  showOnly("kept");
  $("kept-heading").focus();
}

async function skip() {
  const { item } = current;
  const may = ({ uploaded_by_id }) => mayOwn || uploaded_by_id !== me;
  if (!(await takeAnother(item.id, { query: queueQuery, may, take }))) return tell("It is the only one that waits.");
  // Only now, since one's own claim comes first in the queue.
  await giveBack(item.id);
  return tell(`${item.original_filename} is left for later.`);
}

// --- Keys and buttons

function withItem(run) {
  return () => {
    if (!current) return false;
    return run();
  };
}

function next() {
  if (current) alone(skip);
  else if (!$("kept").hidden || !$("empty").hidden) alone(takeNext);
  else return false;
  return true;
}

// The next place that the machine was unsure about, after the one that is looked at.
function nextUnsure() {
  const all = [...document.querySelectorAll("#page-text li:has(.unsure), #said .unsure:enabled")];
  if (all.length === 0) return false;
  all[(all.indexOf(document.activeElement) + 1) % all.length].focus();
  return true;
}

const help = () => {
  $("shortcuts-on").checked = areOn();
  $("help").showModal();
};

const pressed = {
  approve: () => alone(approve),
  reject,
  correct: toggleCorrecting,
  skip: next,
  "look-again": next,
  "go-on": next,
  "drop-correction": dropCorrection,
  "show-help": help,
};
for (const [id, run] of Object.entries(pressed)) $(id).addEventListener("click", run);
$("copy-kept").addEventListener("click", async () => {
  const words = [$("kept-text").value, $("kept-reason").value].filter(Boolean).join("\n\n");
  await navigator.clipboard.writeText(words).then(() => tell("It is copied."), () => tell("The browser does not let this page copy."));
});
$("shortcuts-on").addEventListener("change", ({ target }) => switchTo(target.checked));

onKeys({
  a: withItem(() => pressed.approve()),
  r: withItem(() => pressed.reject()),
  e: withItem(() => toggleCorrecting()),
  n: next,
  p: withItem(playOrPause),
  " ": withItem(playOrPause),
  u: withItem(nextUnsure),
  z: withItem(zoom),
  t: withItem(turnPicture),
  ArrowLeft: withItem(() => turn(-1) || jump(-JUMP)),
  ArrowRight: withItem(() => turn(1) || jump(JUMP)),
  "?": help,
});

onSent(() => alone(approve));

// A click into the file takes the keys along.
addEventListener("blur", () => {
  $("keys-elsewhere").hidden = document.activeElement?.localName !== "iframe";
});
addEventListener("focus", () => ($("keys-elsewhere").hidden = true));

// --- What happens meanwhile

addEventListener("offline", () => warn("You are offline. What you type is kept in this tab."));
addEventListener("online", () => warn(""));

function onTransition({ item_id, to }) {
  if (to === "pending_review" && !$("empty").hidden) {
    $("empty-heading").textContent = "Something waits for a review again";
    $("empty-why").textContent = "";
  }
  const elsewhere = current?.item.id === item_id && to !== "pending_review" && !busy;
  if (!elsewhere) return;
  const answer = { body: { code: to === "deleted" ? "not_found" : "already_decided" } };
  alone(async () => lose(await whyTaken(current.item, answer)));
}

function toAddress() {
  history.replaceState(null, "", `?${queueQuery()}`);
}

filters.addEventListener("change", () => alone(async () => {
  toAddress();
  beginRound();
  await release();
  await takeNext();
}));
filters.addEventListener("submit", (event) => event.preventDefault());

onOpen(async () => {
  if (!projectId) return "This address names no project.";
  const [project, who] = await Promise.all([asOwner("GET", `/projects/${encodeURIComponent(projectId)}`), asOwner("GET", "/auth/me")]);
  const { name, role } = bodyOf(project);
  me = bodyOf(who).id;
  $("project").textContent = name;
  $("project").href = projectPage(projectId);
  if (role === "contributor") return "Reviewers and admins of the project review its items.";
  filters.elements.kind.value = kinds.includes(asked.get("kind")) ? asked.get("kind") : "";
  filters.elements.order.value = asked.get("order") === "confidence" ? "confidence" : "oldest";
  filters.hidden = false;
  follow(projectId, { onTransition, onGap: () => {}, onEnd: (why) => warn(why) });
  await alone(async () => {
    const wanted = asked.get("item") ?? heldBefore();
    toAddress();
    if (wanted && (await take(wanted))) return;
    await takeNext();
    if (wanted && current?.item.id !== wanted) tell("The item that you asked for is not to be had: this is the next one.");
  });
  return "";
});

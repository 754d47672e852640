// One document or voice sample: its state as it changes, its text beside its file, and what can be done with it.
import { ask } from "./ask.js";
import { bodyOf, onClick, onOpen, show } from "./form.js";
import { showHistory } from "./history.js";
import { itemPath, kinds, projectPage, queuePage } from "./item-paths.js";
import { showLabel } from "./label.js";
import { follow } from "./live.js";
import { offerNextUpload } from "./next-upload.js";
import { asOwner } from "./owner.js";
import { showPages } from "./pages.js";
import { showWords } from "./spoken-words.js";
import { facts, statusInWords } from "./wording.js";

const asked = Object.fromEntries(new URLSearchParams(location.search));
const path = itemPath(asked);
const $ = (id) => document.querySelector(`#${id}`);
const [download, readAgain, remove, reopen] = [$("download"), $("read-again"), $("delete"), $("reopen")];
const WAITING = ["draft", "failed", "rejected"];
let item = null;
let etag = null;
let textOf = null;
// What the reader may do: all of it, what concerns their own, or nothing.
let role = null;
let me = null;

function mayEdit() {
  return role === "admin" || (role === "contributor" && item.uploaded_by_id === me);
}

function mayReview() {
  return role === "admin" || role === "reviewer";
}

function fill() {
  const { original_filename, status, progress, failure, feedback, submitted_at } = item;
  document.title = `${original_filename} · Alta Data`;
  $("name").textContent = original_filename;
  $("status").textContent = ["approved", "rejected"].includes(status) ? `is ${statusInWords(status)}` : statusInWords(status);
  $("progress").textContent = progress ? `: ${progress.done} of ${progress.total} ${progress.unit}` : "";
  $("failure").textContent = failure?.message ?? "";
  $("feedback").textContent = feedback ? `The reviewer says: ${feedback}` : "";
  $("facts").textContent = facts({ ...asked, ...item });
  download.hidden = !submitted_at || failure?.code === "content_type_mismatch";
  readAgain.hidden = !(status === "failed" && submitted_at && role === "admin");
  remove.hidden = !mayEdit();
  reopen.hidden = !(["approved", "rejected"].includes(status) && role === "admin");
  $("review").hidden = !(status === "pending_review" && mayReview());
  $("review").href = queuePage(item.project_id, { item: asked.id });
  $("next").hidden = !(WAITING.includes(status) && mayEdit());
  showLabel({ ...asked, item, etag, mayEdit: mayEdit(), changed });
}

// The text is loaded once for each time that it was read: a player is not stopped by a new label.
async function fillText() {
  const { ocr_text, transcription_text, corrected_text, processed_at } = item;
  $("corrected").hidden = !corrected_text;
  $("corrected").querySelector(".text").textContent = corrected_text ?? "";
  const there = (ocr_text ?? transcription_text ?? null) !== null;
  const version = there ? processed_at : null;
  if (version === textOf) return;
  textOf = version;
  for (const section of [$("pages"), $("words")]) section.hidden = true;
  if (there) await (asked.kind === "voice" ? showWords(path, transcription_text) : showPages(path, item));
}

function changed(answer) {
  etag = answer.headers.get("etag");
  item = { ...item, ...bodyOf(answer) };
  fill();
}

async function load() {
  const answer = await asOwner("GET", path);
  if (answer.ok && item && answer.body.version < item.version) return;
  changed(answer);
  await fillText();
  if (mayReview()) await showHistory(asked.id);
}

async function reload() {
  await load().catch((error) => show(error.message));
}

function onTransition({ item_id, to, version }) {
  if (item_id !== asked.id || version <= item.version) return;
  if (to === "deleted") leave("It was deleted.");
  else reload();
}

function leave(sentence) {
  $("item").hidden = true;
  show(sentence);
}

onClick(download, async () => {
  // Storage says that it is a file to keep: the page stays.
  location.assign(bodyOf(await asOwner("GET", `${path}/download`)).url);
  return "It is being downloaded.";
});

onClick(readAgain, async () => {
  bodyOf(await asOwner("POST", `${path}/reprocess`));
  await load();
  return "It is read again.";
});

onClick(reopen, async () => {
  bodyOf(await asOwner("POST", `/review/${encodeURIComponent(asked.id)}/reopen`, { headers: { "if-match": etag } }));
  await load();
  return "It waits for its review again.";
});

onClick(remove, async () => {
  const dialog = $("confirm-deletion");
  dialog.querySelector(".name").textContent = item.original_filename;
  if (!(await ask(dialog))) return "";
  bodyOf(await asOwner("DELETE", path));
  leave("It is deleted.");
  return "";
});

onOpen(async () => {
  if (!asked.id || !kinds.includes(asked.kind)) return "This address names no item.";
  const [first, who] = [await asOwner("GET", path), await asOwner("GET", "/auth/me")];
  const { project_id } = bodyOf(first);
  const project = bodyOf(await asOwner("GET", `/projects/${project_id}`));
  // A super admin may do what any role may.
  role = project.role ?? "admin";
  me = bodyOf(who).id;
  $("project").textContent = project.name;
  $("project").href = projectPage(project_id);
  changed(first);
  $("item").hidden = false;
  offerNextUpload({ ...asked, projectId: project_id, uploaded: reload });

  await follow(project_id, { onTransition, onGap: reload, onEnd: (why) => show(`This page changes no more: ${why}`) });
  await load();
  return "";
});

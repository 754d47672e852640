// Uploads as the reader sees them: how far each is, and buttons to pause, go on and discard.
import { ask } from "./ask.js";
import { button, element } from "./element.js";
import { Told, bodyOf, explain } from "./form.js";
import { announced as answerOf, itemPage, itemPath } from "./item-paths.js";
import { dropUpload, keepUpload } from "./kept-uploads.js";
import { asOwner } from "./owner.js";
import { UploadError, upload } from "./upload.js";
import { size } from "./wording.js";

const AT_ONCE = 2;

// Lets so many run at once; the others wait their turn.
function turns(free) {
  const waiting = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise((go) => waiting.push(go));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

const inTurn = turns(AT_ONCE);

async function confirmed(name) {
  const dialog = document.querySelector("#discard-upload");
  dialog.querySelector(".name").textContent = name;
  return ask(dialog);
}

// Deletes what was announced and never came.
async function discardItem(item) {
  const answer = await asOwner("DELETE", itemPath(item));
  if (answer.status !== 404) bodyOf(answer);
}

// Shows an upload in `list` and begins it. `begin` announces it and answers as the interface does; `kept`, in its
// place, is one that was broken off. An upload that `replaces` an item's earlier file does not take the item with it
// when it is discarded.
export function showUpload(list, file, { projectId, kind, contentType, replaces = false, begin, kept }) {
  const bar = element("progress", { max: file.size, value: 0, ariaLabel: `How much of ${file.name} is uploaded` });
  const amount = element("span", { className: "fine" });
  const state = element("p", { className: "fine", ariaLive: "polite" });
  const [pause, resume, discard] = ["Pause", "Go on", "Discard"].map((word) => button(word, `with ${file.name}`));
  pause.ariaLabel = `Pause ${file.name}`;
  discard.ariaLabel = `Discard ${file.name}`;
  const row = element("li", {},
    element("div", {}, element("strong", {}, file.name), state, bar, amount),
    element("div", { className: "buttons" }, pause, resume, discard));

  let item = kept && { id: kept.itemId, kind };
  let session = kept?.session;
  let announcement = null;
  let paused = null;
  let outcome;
  const done = new Promise((resolve) => (outcome = resolve));

  function show(sentence, { running = false, over = false } = {}) {
    state.textContent = sentence;
    pause.hidden = !running;
    resume.hidden = running || over;
    discard.hidden = over;
  }

  function progress(bytes) {
    bar.value = bytes;
    amount.textContent = `${size(bytes)} of ${size(file.size)}`;
  }

  async function announce() {
    const answer = answerOf(bodyOf(await begin()));
    item = { id: answer.item.id, kind };
    announcement = answer.upload;
  }

  // Another address for what is announced already.
  async function renew() {
    session = null;
    dropUpload(item.id);
    const answer = await asOwner("POST", `${itemPath(item)}/upload-url`);
    announcement = answerOf(bodyOf(answer)).upload;
  }

  function send(signal) {
    const onSession = (uri) => {
      session = uri;
      keepUpload({ itemId: item.id, kind, contentType, projectId, replaces, session }, file);
    };
    let begun = !session;
    const onProgress = (bytes) => {
      // Said once, when storage has told how much it kept.
      if (!begun) show(`Goes on at ${size(bytes)}`, { running: true });
      begun = true;
      progress(bytes);
    };
    return upload(file, announcement, { session, signal, onSession, onProgress });
  }

  async function attempt(signal) {
    signal.throwIfAborted();
    if (!item) await announce();
    signal.throwIfAborted();
    show("Is being uploaded", { running: true });
    try {
      await send(signal);
    } catch (error) {
      if (!(error instanceof UploadError && error.anew)) throw error;
      await renew();
      await send(signal);
    }
  }

  async function run() {
    paused = new AbortController();
    const { signal } = paused;
    show("Waits for its turn", { running: true });
    try {
      await inTurn(() => attempt(signal));
    } catch (error) {
      // Whoever paused or discarded it has said so.
      if (!signal.aborted) show(error instanceof UploadError ? error.message : explain(error));
      return;
    }
    dropUpload(item.id);
    progress(file.size);
    show("", { over: true });
    state.append("Uploaded: ", element("a", { href: itemPage(item) }, `open ${file.name}`));
    outcome(item);
  }

  pause.addEventListener("click", () => {
    paused.abort();
    show("Paused");
    resume.focus();
  });
  resume.addEventListener("click", () => {
    run();
    pause.focus();
  });
  discard.addEventListener("click", async () => {
    if (!(await confirmed(file.name))) return;
    paused.abort();
    show("Is being discarded", { over: true });
    try {
      if (item) dropUpload(item.id);
      if (item && !replaces) await discardItem(item);
      row.remove();
    } catch (error) {
      show(explain(error));
    }
  });

  progress(0);
  list.append(row);
  run();
  return done;
}

// One that was broken off, until its file is chosen again. Answers with its row.
export function showBrokenOff(list, kept) {
  const state = element("p", { className: "fine" }, "Broken off: choose the same file again, and it goes on where it stopped");
  const discard = button("Discard", kept.name);
  const row = element("li", {},
    element("div", {}, element("strong", {}, kept.name), ` (${size(kept.size)})`, state),
    element("div", { className: "buttons" }, discard));
  discard.addEventListener("click", async () => {
    if (!(await confirmed(kept.name))) return;
    try {
      dropUpload(kept.itemId);
      if (!kept.replaces) await discardItem({ id: kept.itemId, kind: kept.kind });
      row.remove();
    } catch (error) {
      state.textContent = explain(error);
    }
  });
  list.append(row);
  return row;
}

// Ends what was begun with a file that cannot be uploaded.
export function refused({ name }) {
  return new Told(`${name} is neither a document nor a recording that can be read: PDF, PNG, JPEG, TIFF, GIF, BMP, WebP, WAV, FLAC, MP3, MP4, Ogg and WebM can.`);
}

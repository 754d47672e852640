// A voice sample's words: each lights up while it is spoken, and is heard when it is chosen.
import { element } from "./element.js";
import { bodyOf, onClick } from "./form.js";
import { asOwner } from "./owner.js";
import { isUnsure } from "./paper.js";
import { roving } from "./roving.js";
import { clock, percent } from "./wording.js";

const section = document.querySelector("#words");
const player = section.querySelector("audio");
const said = section.querySelector("#said");
const more = section.querySelector(".more");
// Words are there so many seconds before they are spoken.
const AHEAD = 30;
const PAGE = 200;

let path = null;
let words = [];
let add = null;
let next = null;
let loading = null;
let lit = null;

function show({ word, start, end, confidence }) {
  const shown = element("button", { type: "button", className: isUnsure(confidence) ? "unsure word" : "word" }, word);
  if (start === null) shown.disabled = true;
  else {
    shown.title = confidence ? `${clock(start)}, ${percent(confidence)} sure` : clock(start);
    shown.addEventListener("click", () => {
      player.currentTime = start;
      player.play().catch(() => {});
    });
    words.push({ shown, start, end: end ?? start });
  }
  add(shown);
}

async function loadPage() {
  const of = path;
  const query = new URLSearchParams({ limit: PAGE, ...(next ? { cursor: next } : {}) });
  const { items, next_cursor } = bodyOf(await asOwner("GET", `${of}/words?${query}`));
  // Another one is shown meanwhile.
  if (of !== path) return 0;
  items.forEach(show);
  next = next_cursor;
  more.hidden = next === null;
  return items.length;
}

// One page at a time, whoever asks.
function loadMore() {
  if (!loading) {
    const begun = loadPage().finally(() => {
      if (loading === begun) loading = null;
    });
    loading = begun;
  }
  return loading;
}

async function loadUntil(time) {
  while (next !== null && (words.at(-1)?.end ?? 0) < time) await loadMore();
}

// The last word that began, unless it is over.
function spoken(time) {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  const last = words[low - 1];
  return last && time < last.end ? last.shown : null;
}

function light() {
  const word = spoken(player.currentTime);
  if (word === lit) return;
  lit?.removeAttribute("aria-current");
  word?.setAttribute("aria-current", "true");
  lit = word;
}

function follow() {
  light();
  if (!player.paused) requestAnimationFrame(follow);
}

// The file's address is good for some minutes; who listens longer gets another one.
async function open() {
  const of = path;
  const { url } = bodyOf(await asOwner("GET", `${of}/download`));
  if (of === path) player.src = url;
}

let reopened = false;
player.addEventListener("error", async () => {
  if (!path || reopened || !player.currentTime) return;
  reopened = true;
  const time = player.currentTime;
  await open();
  player.currentTime = time;
  player.play().catch(() => {});
});
player.addEventListener("playing", () => {
  reopened = false;
  follow();
});
player.addEventListener("seeked", light);
for (const event of ["timeupdate", "seeking"]) {
  player.addEventListener(event, () => loadUntil(player.currentTime + AHEAD).catch(() => {}));
}
onClick(more, async () => `${await loadMore()} more words are shown.`);

export async function showWords(of, text) {
  [path, words, next, loading, lit] = [of, [], null, null, null];
  said.replaceChildren();
  add = roving(said);
  await Promise.all([loadMore(), open()]);
  if (of !== path) return;
  // Not every engine tells when a word was spoken.
  if (words.length === 0) said.textContent = text;
  section.hidden = false;
}

// Nothing is heard of what is no longer shown.
export function leaveWords() {
  if (!path) return;
  path = null;
  player.pause();
  player.removeAttribute("src");
  player.load();
  said.replaceChildren();
  section.hidden = true;
}

export function playOrPause() {
  if (!path) return false;
  if (player.paused) player.play().catch(() => {});
  else player.pause();
  return true;
}

// Goes so many seconds on, or back.
export function jump(seconds) {
  if (!path) return false;
  player.currentTime = Math.max(0, player.currentTime + seconds);
  return true;
}

// Two texts as one: what was taken out, what was put in, and what stayed around it.
//
// The shortest edit by Myers (An O(ND) Difference Algorithm and Its Variations, 1986), over words. Texts that differ
// by more than so many words are compared by line; those that differ by more lines than that, as a whole.
import { element } from "./element.js";

const MOST_EDITS = 1500;
// So many characters of what stayed are shown around a change.
const AROUND = 90;

// Words, spaces and signs; what is written without spaces, character by character. (Intl.Segmenter knows more words,
// and takes minutes for a book.)
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}_'’]+|\s+|./gsu;

function wordsOf(text) {
  return text.match(WORD) ?? [];
}

function linesOf(text) {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

// The edit as `[kind, piece]`, or null when it takes too many steps.
function edit(before, after) {
  const [n, m] = [before.length, after.length];
  let furthest = new Map([[1, 0]]);
  const trace = [];
  for (let edits = 0; edits <= Math.min(n + m, MOST_EDITS); edits += 1) {
    trace.push(furthest);
    const next = new Map();
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = down ? furthest.get(k + 1) : furthest.get(k - 1) + 1;
      while (x < n && x - k < m && before[x] === after[x - k]) x += 1;
      next.set(k, x);
      if (x >= n && x - k >= m) return walkBack(trace, before, after);
    }
    furthest = next;
  }
  return null;
}

function walkBack(trace, before, after) {
  const pieces = [];
  let [x, y] = [before.length, after.length];
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const furthest = trace[edits];
    const k = x - y;
    const down = k === -edits || (k !== edits && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = furthest.get(fromK);
    const fromY = fromX - fromK;
    while (x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      pieces.push(["same", before[x - 1]]);
      [x, y] = [x - 1, y - 1];
    }
    if (edits === 0) break;
    pieces.push(down ? ["inserted", after[y - 1]] : ["deleted", before[x - 1]]);
    [x, y] = [fromX, fromY];
  }
  return pieces.reverse();
}

// What both begin with, up to the end of a word.
function commonStart(before, after) {
  let length = 0;
  while (length < Math.min(before.length, after.length) && before[length] === after[length]) length += 1;
  if (length === before.length && length === after.length) return length;
  while (length > 0 && !/\s/.test(before[length - 1])) length -= 1;
  return length;
}

function commonEnd(before, after) {
  const most = Math.min(before.length, after.length);
  let length = 0;
  while (length < most && before.at(-1 - length) === after.at(-1 - length)) length += 1;
  while (length > 0 && !/\s/.test(before.at(-length))) length -= 1;
  return length;
}

// Neighbours of one kind are one run, and what was taken out stands before what was put in. A space that stayed between
// two changed words is part of the change.
function runs(pieces) {
  const merged = [];
  let [deleted, inserted] = ["", ""];
  function flush() {
    if (deleted) merged.push({ kind: "deleted", text: deleted });
    if (inserted) merged.push({ kind: "inserted", text: inserted });
    [deleted, inserted] = ["", ""];
  }
  for (const [number, [kind, text]] of pieces.entries()) {
    const between = /^[^\S\n]+$/.test(text) && (deleted || inserted) && (pieces[number + 1]?.[0] ?? "same") !== "same";
    if (kind === "deleted" || (kind === "same" && between)) deleted += text;
    if (kind === "inserted" || (kind === "same" && between)) inserted += text;
    if (kind !== "same" || between) continue;
    flush();
    if (merged.at(-1)?.kind === "same") merged.at(-1).text += text;
    else merged.push({ kind, text });
  }
  flush();
  return merged;
}

// `[{ kind: "same" | "deleted" | "inserted", text }]`.
export function difference(before, after) {
  const start = commonStart(before, after);
  const [restBefore, restAfter] = [before.slice(start), after.slice(start)];
  const end = commonEnd(restBefore, restAfter);
  const [from, to] = [restBefore.slice(0, restBefore.length - end), restAfter.slice(0, restAfter.length - end)];
  const middle = edit(wordsOf(from), wordsOf(to)) ?? edit(linesOf(from), linesOf(to)) ?? [["deleted", from], ["inserted", to]];
  const all = [["same", before.slice(0, start)], ...middle, ["same", restBefore.slice(restBefore.length - end)]];
  return runs(all.filter(([, text]) => text));
}

// What stayed, shortened: only what stands beside a change is needed to find it.
function stayed(text, { first, last }) {
  const [head, tail] = [first ? 0 : AROUND, last ? 0 : AROUND];
  if (text.length <= head + tail + 1) return [text];
  const gap = element("span", { className: "gap", title: "The same in both" }, " … ");
  return [text.slice(0, head), gap, text.slice(text.length - tail)];
}

const ELEMENTS = { deleted: "del", inserted: "ins" };

// The difference to read; a sentence when there is none.
export function differenceOf(before, after) {
  const found = difference(before, after);
  const shown = element("div", { className: "difference text" });
  if (found.every(({ kind }) => kind === "same")) {
    shown.append("Nothing was changed.");
    return shown;
  }
  for (const [number, { kind, text }] of found.entries()) {
    if (kind === "same") shown.append(...stayed(text, { first: number === 0, last: number === found.length - 1 }));
    else shown.append(element(ELEMENTS[kind], {}, text));
  }
  return shown;
}

// Keys that work wherever the reader is on a page, unless they are writing.
//
// Single letters are pressed by accident and by those who dictate: they can be switched off
// (https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts.html).

const SETTING = "alta-shortcuts";
const WRITING = "textarea, select, input:not([type=checkbox])";
// Keys that such an element answers to itself.
const OWN_KEYS = { button: ["Enter", " "], a: ["Enter"], summary: ["Enter", " "], audio: [" ", "ArrowLeft", "ArrowRight"] };

let on = localStorage.getItem(SETTING) !== "off";

export function areOn() {
  return on;
}

export function switchTo(wanted) {
  on = wanted;
  localStorage.setItem(SETTING, on ? "on" : "off");
  document.body.classList.toggle("no-shortcuts", !on);
}

function isOwnKey({ target, key }) {
  return Boolean(target.closest?.(WRITING)) || (OWN_KEYS[target.localName] ?? []).includes(key);
}

// `keys` is what each key runs; it says false when that key means nothing at the moment.
export function onKeys(keys) {
  switchTo(on);
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, repeat, defaultPrevented, isComposing } = event;
    if (!on || defaultPrevented || isComposing || ctrlKey || metaKey || altKey || isOwnKey(event)) return;
    if (document.querySelector("dialog[open]")) return;
    const run = keys[key.length === 1 ? key.toLowerCase() : key];
    // A key that is held decides on one item, not on all that follow.
    if (!run || (repeat && key.length === 1)) return;
    if (run() !== false) event.preventDefault();
  });
}

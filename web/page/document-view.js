// A document, one page at a time: the page as it looks beside the text that was read off it.
import { element } from "./element.js";
import { bodyOf, explain } from "./form.js";
import { isShown } from "./media-types.js";
import { asOwner } from "./owner.js";
import { blocks, picture } from "./paper.js";
import { percent, size } from "./wording.js";

const section = document.querySelector("#document");
const sheet = section.querySelector("#sheet");
const text = section.querySelector("#page-text");
const place = section.querySelector("#page-place");
const [previous, next] = ["#previous-page", "#next-page"].map((id) => section.querySelector(id));

const PAGES_AT_ONCE = 20;
// A larger file is loaded only when the reader wants it.
const LARGE = 25 << 20;
// What the browser's own viewer shows of a PDF (https://pdfobject.com/pdf/pdf_open_parameters_acro8.pdf).
const PLAIN = "toolbar=0&navpanes=0&view=FitH";

let shown = null;

// Pages come in order: one further on is reached through those before it.
async function pageAt(view, number) {
  while (view.pages.length < number && view.cursor !== null) {
    const query = new URLSearchParams({ limit: PAGES_AT_ONCE, ...(view.cursor ? { cursor: view.cursor } : {}) });
    const { items, next_cursor } = bodyOf(await asOwner("GET", `${view.path}/pages?${query}`));
    view.pages.push(...items);
    view.cursor = next_cursor;
  }
  return view.pages[number - 1];
}

async function linkTo(view) {
  return bodyOf(await asOwner("GET", `${view.path}/download`)).url;
}

// Storage serves files as attachments, which no frame shows. As a blob of a type that is fixed here it is a PDF to the
// browser, whatever is in it.
async function loadPdf(view) {
  const answer = await fetch(await linkTo(view), { signal: view.left.signal });
  if (!answer.ok) throw new Error(`Storage answered ${answer.status}.`);
  const file = await answer.blob();
  if (view !== shown) return;
  view.pdf = URL.createObjectURL(file.slice(0, file.size, "application/pdf"));
}

function pdfFrame(view) {
  const frame = element("iframe", { title: `The file, page ${view.number}`, src: `${view.pdf}#page=${view.number}&${PLAIN}` });
  return frame;
}

function offerPdf(view) {
  const load = element("button", { type: "button" }, `Show the file (${size(view.item.size_bytes)})`);
  load.addEventListener("click", () => showPdf(view));
  sheet.prepend(element("p", { className: "fine" }, load));
}

async function showPdf(view) {
  try {
    await loadPdf(view);
  } catch (error) {
    if (view === shown) sheet.prepend(element("p", { className: "fine" }, `The file cannot be shown: ${error.message}`));
    return;
  }
  if (view === shown) sheet.replaceChildren(pdfFrame(view));
}

function fillPlace(view, page) {
  const of = view.item.page_count > 1 ? ` of ${view.item.page_count}` : "";
  const sure = page?.confidence ? `, ${percent(page.confidence)} sure` : "";
  place.textContent = `Page ${view.number}${of}${sure}`;
  previous.disabled = view.number <= 1;
  next.disabled = view.number >= (view.item.page_count ?? 1);
  section.querySelector("#pager").hidden = !(view.item.page_count > 1);
}

async function turnTo(view, number) {
  const page = await pageAt(view, number);
  if (view !== shown) return;
  [view.number, view.quarter] = [number, 0];
  fillPlace(view, page);
  text.scrollTop = 0;
  if (!page) {
    sheet.replaceChildren();
    text.replaceChildren(element("p", {}, "Nothing was read on this page."));
    return;
  }
  const { paper, boxes } = picture(page, view.image);
  text.replaceChildren(blocks(page, view.pdf ? [] : boxes));
  sheet.replaceChildren(view.pdf ? pdfFrame(view) : paper);
  if (!view.pdf && !view.image) sheet.prepend(element("p", { className: "fine" }, "The boxes are where the text stands."));
  sheet.scrollTop = 0;
}

// Shows a document from its first page on.
export async function showDocument(path, item) {
  leaveDocument();
  const view = { path, item, number: 1, quarter: 0, pages: [], cursor: "", pdf: null, image: null, left: new AbortController() };
  shown = view;
  section.hidden = false;
  fillPlace(view);
  const isPdf = item.content_type === "application/pdf" && navigator.pdfViewerEnabled;
  if (isShown(item.content_type)) view.image = await linkTo(view);
  await turnTo(view, 1);
  if (view !== shown || !isPdf) return;
  if (item.size_bytes > LARGE) offerPdf(view);
  else showPdf(view);
}

export function leaveDocument() {
  if (!shown) return;
  shown.left.abort();
  if (shown.pdf) URL.revokeObjectURL(shown.pdf);
  shown = null;
  section.hidden = true;
  sheet.classList.remove("large");
  sheet.replaceChildren();
  text.replaceChildren();
}

// Goes so many pages on; false where there is none.
export function turn(pages) {
  const view = shown;
  if (!view) return false;
  const number = view.number + pages;
  if (number < 1 || number > (view.item.page_count ?? 1)) return false;
  turnTo(view, number).catch((error) => (place.textContent = explain(error)));
  return true;
}

// Twice as large, or as it fits.
export function zoom() {
  return Boolean(shown) && (sheet.classList.toggle("large"), true);
}

// Turns the picture by a quarter, since not all are taken upright; the text was found either way.
export function turnPicture() {
  const paper = sheet.querySelector(".paper:not(.blank)");
  if (!paper) return false;
  shown.quarter = (shown.quarter + 1) % 4;
  const [sideways, width, height] = [shown.quarter % 2 === 1, paper.offsetWidth, paper.offsetHeight];
  const scale = sideways ? Math.min(1, width / height) : 1;
  paper.classList.toggle("turned", shown.quarter > 0);
  paper.style.transform = `rotate(${90 * shown.quarter}deg) scale(${scale})`;
  // It takes as much room as it has, turned.
  paper.style.marginBlock = sideways ? `${(width * scale - height) / 2}px` : "";
  return true;
}

// Where the present page's text begins in the text of all.
export function placeInText() {
  if (!shown) return 0;
  return shown.pages.slice(0, shown.number - 1).reduce((sum, page) => sum + page.text.length + 1, 0);
}

previous.addEventListener("click", () => turn(-1));
next.addEventListener("click", () => turn(1));
section.querySelector("#zoom").addEventListener("click", zoom);
section.querySelector("#turn").addEventListener("click", turnPicture);

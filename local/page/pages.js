// A document's pages: the text in blocks, each beside where it stands on the page.
import { element } from "./element.js";
import { bodyOf } from "./form.js";
import { pagedList } from "./list.js";
import { isShown } from "./media-types.js";
import { asOwner } from "./owner.js";
import { roving } from "./roving.js";
import { percent } from "./wording.js";

const section = document.querySelector("#pages");
const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

// The page with a box for each block, over its image, or over white paper when the browser has none to show: a file
// is served as an attachment, which no frame shows.
function picture({ page_number, layout }, image) {
  const boxes = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": true });
  for (const { box: [x, y, width, height] } of layout) boxes.append(svg("rect", { x, y, width, height }));
  const paper = element("div", { className: image ? "paper" : "blank paper" });
  if (image) {
    const shown = element("img", { src: image, alt: `Page ${page_number}` });
    shown.addEventListener("error", () => {
      shown.remove();
      paper.classList.add("blank");
    });
    paper.append(shown);
  }
  paper.append(boxes);
  return { paper, boxes: [...boxes.children] };
}

function blocks({ text, layout }, boxes) {
  if (layout.length === 0) return element("p", { className: "text" }, text);
  const list = element("ol", { className: "blocks" });
  const add = roving(list);
  for (const [number, { text, confidence }] of layout.entries()) {
    const block = element("li", { className: "text", title: confidence ? `${percent(confidence)} sure` : "" }, text.trim());
    const mark = (marked) => boxes[number].classList.toggle("marked", marked);
    for (const event of ["focus", "pointerenter"]) block.addEventListener(event, () => mark(true));
    for (const event of ["blur", "pointerleave"]) block.addEventListener(event, () => mark(block === document.activeElement));
    boxes[number].addEventListener("click", () => block.focus());
    add(block);
  }
  return list;
}

// The section is made one list, however often the document is read.
let [pagesPath, makeEntry] = ["", null];
const load = pagedList(section, () => pagesPath, (page) => makeEntry(page));

export async function showPages(path, { content_type }) {
  // Good for some minutes: long enough to load an image.
  const image = isShown(content_type) ? bodyOf(await asOwner("GET", `${path}/download`)).url : null;
  const entry = (page) => {
    // Only single images are shown, and those are one page.
    const { paper, boxes } = picture(page, image);
    const sure = page.confidence ? `, ${percent(page.confidence)} sure` : "";
    return element("li", {},
      element("h3", {}, `Page ${page.page_number}${sure}`),
      element("div", { className: "page" }, paper, blocks(page, boxes)));
  };
  makeEntry = entry;
  pagesPath = `${path}/pages`;
  await load();
  section.hidden = false;
}

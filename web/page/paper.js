// A page as it looks, and the text that was read off it in blocks, each knowing where it stands.
import { element } from "./element.js";
import { roving } from "./roving.js";
import { percent } from "./wording.js";

const SVG = "http://www.w3.org/2000/svg";
// Below this the machine's text is marked, since it is often wrong.
const SURE = 0.8;

// Engines that do not say how sure they are say 0.
export function isUnsure(confidence) {
  return confidence > 0 && confidence < SURE;
}

export function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

// The page with a box for each block, over its image, or over white paper when the browser has none to show: a file
// is served as an attachment, which no frame shows.
export function picture({ page_number, layout }, image) {
  const boxes = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": true });
  for (const { box: [x, y, width, height], confidence } of layout) {
    boxes.append(svg("rect", { x, y, width, height, class: isUnsure(confidence) ? "unsure" : "" }));
  }
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

// The page's text; a block that is looked at is marked in its box, where there is one.
export function blocks({ text, layout }, boxes) {
  if (layout.length === 0) return element("p", { className: "text" }, text);
  const list = element("ol", { className: "blocks" });
  const add = roving(list);
  for (const [number, { text, confidence }] of layout.entries()) {
    const sure = confidence ? `${percent(confidence)} sure` : "";
    const words = element("span", { className: isUnsure(confidence) ? "unsure" : "" }, text.trim());
    const block = element("li", { className: "text", title: sure }, words);
    if (isUnsure(confidence)) block.append(element("span", { className: "unseen" }, ` (${sure})`));
    const mark = (marked) => boxes[number]?.classList.toggle("marked", marked);
    for (const event of ["focus", "pointerenter"]) block.addEventListener(event, () => mark(true));
    for (const event of ["blur", "pointerleave"]) block.addEventListener(event, () => mark(block === document.activeElement));
    boxes[number]?.addEventListener("click", () => block.focus());
    add(block);
  }
  return list;
}

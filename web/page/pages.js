// A document's pages, one below the other: the text in blocks, each beside where it stands on the page.
import { element } from "./element.js";
import { pagedList } from "./list.js";
import { isShown } from "./media-types.js";
import { asOwner } from "./owner.js";
import { blocks, picture } from "./paper.js";
import { percent } from "./wording.js";

const section = document.querySelector("#pages");

// The section is made one list, however often the document is read.
let [pagesPath, makeEntry] = ["", null];
const load = pagedList(section, () => pagesPath, (page) => makeEntry(page));

export async function showPages(path, { content_type }) {
  // Good for some minutes: long enough to load an image.
  const link = isShown(content_type) ? await asOwner("GET", `${path}/download`) : null;
  // The text may belong to an earlier file than one of no accepted type.
  const image = link?.ok ? link.body.url : null;
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

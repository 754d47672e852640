// A list that the interface gives page by page.
import { bodyOf, onClick } from "./form.js";
import { asOwner } from "./owner.js";

// Fills the section's list from `path`; `entry` makes one item's element. Answers with what loads it anew.
export function pagedList(section, path, entry) {
  const list = section.querySelector("ul");
  const none = section.querySelector(".none");
  const more = section.querySelector(".more");
  let next = null;

  async function load(cursor) {
    const query = cursor ? `?${new URLSearchParams({ cursor })}` : "";
    const { items, next_cursor } = bodyOf(await asOwner("GET", path + query));
    const entries = items.map(entry);
    if (cursor) list.append(...entries);
    else list.replaceChildren(...entries);
    next = next_cursor;
    more.hidden = next === null;
    if (none) none.hidden = list.childElementCount > 0;
    return items.length;
  }

  onClick(more, async () => `${await load(next)} more are shown.`);
  return () => load(null);
}

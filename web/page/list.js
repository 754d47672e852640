// A list that the interface gives page by page.
import { bodyOf, onClick } from "./form.js";
import { asOwner } from "./owner.js";

// Fills the section's list from `path`, or from what that gives at the time; `entry` makes one item's element. Answers
// with what loads it anew.
export function pagedList(section, path, entry) {
  const list = section.querySelector("ul");
  const none = section.querySelector(".none");
  const more = section.querySelector(".more");
  let next = null;
  let loads = 0;

  async function load(cursor) {
    const address = new URL(typeof path === "function" ? path() : path, location.origin);
    if (cursor) address.searchParams.set("cursor", cursor);
    loads += 1;
    const load = loads;
    const { items, next_cursor } = bodyOf(await asOwner("GET", address.pathname + address.search));
    // Something else was asked for meanwhile.
    if (load !== loads) return 0;
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

// A project's documents or voice samples: searched, listed, and kept as they are now.
import { element, moment } from "./element.js";
import { onSubmit } from "./form.js";
import { collection, itemPage, itemPath, kinds } from "./item-paths.js";
import { pagedList } from "./list.js";
import { asOwner } from "./owner.js";
import { facts, statusInWords } from "./wording.js";

const section = document.querySelector("#items");
const form = section.querySelector("form");
const list = section.querySelector("ul");
const none = section.querySelector(".none");
const news = document.querySelector("#news");

// What was found, as text whatever it holds, with the words of the search marked.
function snippet(fragments) {
  const pieces = fragments.map(({ text, highlighted }) => (highlighted ? element("mark", {}, text) : text));
  return element("p", { className: "snippet" }, ...pieces);
}

// The search that the reader began with stays in the address: going back, or sharing it, comes to the same.
function fromAddress() {
  const asked = new URLSearchParams(location.search);
  for (const field of ["status", "q"]) form.elements[field].value = asked.get(field) ?? "";
  form.elements.kind.value = kinds.includes(asked.get("kind")) ? asked.get("kind") : kinds[0];
}

export function listItems(projectId) {
  // The newest that was heard of each item: it may be ahead of a list that was asked for earlier.
  const heard = new Map();
  const asked = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));

  function path() {
    const { kind, ...filter } = asked();
    return `${collection(kind)}?${new URLSearchParams({ project_id: projectId, ...filter })}`;
  }

  function entry(item) {
    const { kind } = asked();
    const newer = heard.get(item.id);
    const status = newer?.version > item.version ? newer.to : item.status;
    const made = element("li", {},
      element("div", {},
        element("a", { href: itemPage({ kind, id: item.id }) }, item.original_filename),
        item.snippet ? snippet(item.snippet) : "",
        element("p", { className: "fine" }, facts({ kind, ...item }), ", ", moment(item.created_at))),
      element("span", { className: "status" }, statusInWords(status)));
    made.dataset.item = item.id;
    return made;
  }

  const load = pagedList(section, path, entry);

  // What somebody adds comes first; in what a search found it has no place.
  async function add({ item_id: id, kind }) {
    const shown = asked();
    if (shown.kind !== kind || shown.status || shown.q) return;
    const { ok, body } = await asOwner("GET", itemPath({ kind, id }));
    const same = JSON.stringify(asked()) === JSON.stringify(shown);
    if (!ok || !same || find(id)) return;
    list.prepend(entry(body));
    none.hidden = true;
  }

  const find = (id) => list.querySelector(`[data-item="${CSS.escape(id)}"]`);

  function change(transition) {
    const { item_id: id, version, from, to } = transition;
    if (heard.get(id)?.version >= version) return;
    heard.set(id, transition);
    const shown = find(id);
    if (to === "deleted") shown?.remove();
    else if (shown) {
      shown.querySelector(".status").textContent = statusInWords(to);
      news.textContent = `${shown.querySelector("a").textContent}: ${statusInWords(to)}`;
    } else if (from === null) add(transition).catch(() => {});
  }

  fromAddress();
  onSubmit(form, async () => {
    history.replaceState(null, "", `?${new URLSearchParams({ id: projectId, ...asked() })}`);
    const found = await load();
    return asked().q ? `${found} found${section.querySelector(".more").hidden ? "" : ", and more"}.` : "";
  });
  for (const field of ["kind", "status"]) form.elements[field].addEventListener("change", () => form.requestSubmit());

  return { load, change };
}

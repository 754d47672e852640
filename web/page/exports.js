// A project's exports: asked for, followed while they are made, downloaded.
import { button, element, moment } from "./element.js";
import { bodyOf, onClick, onSubmit } from "./form.js";
import { asOwner } from "./owner.js";
import { pagedList } from "./list.js";
import { number } from "./figures.js";
import { size, statusInWords } from "./wording.js";

const section = document.querySelector("#exports");
const form = section.querySelector("form");
const list = section.querySelector("ul");
// Nothing tells when an export goes on: it is looked after, the longer the less often.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

const FORMATS = { ndjson: "JSON lines", csv: "CSV" };

function progressOf({ progress: { done, total }, format }) {
  const bar = element("progress", { ariaLabel: `How much of the ${FORMATS[format]} is written` });
  // Without a value it says that nobody knows yet.
  if (total) Object.assign(bar, { max: total, value: Math.min(done, total) });
  const told = total === null ? "Is being counted" : `${number(done)} of ${number(total)} items are written`;
  return [bar, element("p", { className: "fine" }, told)];
}

function whichItems(status) {
  if (!status) return "everything";
  return `what ${["approved", "rejected"].includes(status) ? "is " : ""}${statusInWords(status)}`;
}

function entry(one) {
  const { id, format, item_status, status, failure, size_bytes, created_at, kept_until } = one;
  const name = element("strong", {}, `${FORMATS[format]}, ${whichItems(item_status)}`);
  const told = element("div", {}, name, " ", element("span", { className: "fine" }, "asked for ", moment(created_at)));
  const row = element("li", {}, told);
  row.dataset.export = id;
  if (status === "processing") told.append(...progressOf(one));
  if (status === "failed") told.append(element("p", {}, failure?.message ?? "It could not be made."));
  if (status === "ready") {
    told.append(element("p", { className: "fine" }, `${size(size_bytes)}, kept until `, moment(kept_until)));
    const download = button("Download", `the export as ${FORMATS[format]}`);
    onClick(download, async () => {
      // Storage says that it is a file to keep: the page stays.
      location.assign(bodyOf(await asOwner("GET", `/exports/${id}`)).url);
      return "It is being downloaded.";
    });
    row.append(element("div", { className: "buttons" }, download));
  }
  return row;
}

export async function offerExports(projectId, wanted) {
  const load = pagedList(section, `/exports?${new URLSearchParams({ project_id: projectId, limit: 10 })}`, entry);
  let [timer, pause] = [null, FIRST_PAUSE];
  // An export that is asked for twice, since the answer was lost, is made once.
  let key = crypto.randomUUID();

  function lookLater() {
    clearTimeout(timer);
    if (!list.querySelector("progress")) return;
    timer = setTimeout(look, pause);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE);
  }

  async function look() {
    // A button that is being used stays where it is.
    if (!list.contains(document.activeElement)) await load().catch(() => {});
    lookLater();
  }

  form.addEventListener("change", () => (key = crypto.randomUUID()));
  onSubmit(form, async ({ format, status }) => {
    const body = { project_id: projectId, format, ...(status ? { status } : {}) };
    bodyOf(await asOwner("POST", "/exports", { body, headers: { "idempotency-key": key } }));
    key = crypto.randomUUID();
    pause = FIRST_PAUSE;
    await load();
    lookLater();
    return "It is being made. You can leave this page: a mail tells when it is ready.";
  });

  section.hidden = false;
  await load();
  lookLater();
  const asked = wanted && list.querySelector(`[data-export="${CSS.escape(wanted)}"]`);
  if (!asked) return;
  asked.classList.add("wanted");
  section.scrollIntoView();
  asked.querySelector("button")?.focus({ preventScroll: true });
}

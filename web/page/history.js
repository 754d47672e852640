// What happened to an item, the latest first, with the difference that each correction made.
import { differenceOf } from "./difference.js";
import { element, moment } from "./element.js";
import { pagedList } from "./list.js";
import { statusInWords } from "./wording.js";

const section = document.querySelector("#history");

// An item that was decided on waits again only when it was reopened.
function happened({ from, to }) {
  if (to === "pending_review" && ["approved", "rejected"].includes(from)) return "waits for its review again";
  return statusInWords(to);
}

function entry({ from, to, actor_name, at, feedback, text_before, text_after }) {
  const told = element("div", {},
    element("strong", {}, happened({ from, to })), actor_name ? ` by ${actor_name}` : "", ", ", moment(at),
    feedback ? element("p", { className: "text" }, `“${feedback}”`) : "");
  if (text_after !== null) {
    told.append(
      element("p", { className: "fine" }, "The text as it was, and as it was corrected:"),
      differenceOf(text_before ?? "", text_after));
  }
  return element("li", {}, told);
}

let path = "";
const load = pagedList(section, () => path, entry);

export async function showHistory(id) {
  path = `/review/${encodeURIComponent(id)}/history?limit=20`;
  await load();
  section.hidden = false;
}

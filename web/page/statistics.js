// How it goes: in a project, in all that one administers, or in all there are.
import { element } from "./element.js";
import { bars, duration, number, ranges, table } from "./figures.js";
import { bodyOf, explain, onOpen, show } from "./form.js";
import { projectPage } from "./item-paths.js";
import { asOwner } from "./owner.js";
import { trend } from "./trend.js";
import { percent } from "./wording.js";

const $ = (id) => document.querySelector(`#${id}`);
const form = $("filters");
const board = $("board");
const asked = new URLSearchParams(location.search);
const STATES = [
  ["pending_review", "Waits for its review"],
  ["approved", "Approved"],
  ["rejected", "Rejected"],
  ["processing", "Is being read"],
  ["failed", "Failed"],
  ["draft", "Waits for its file"],
];
const KINDS = [["documents", "Documents"], ["voice", "Voice samples"]];
const CLOCK = new Intl.DateTimeFormat("en", { timeStyle: "short" });

function place(id, ...content) {
  const figure = $(id);
  figure.hidden = content.length === 0;
  figure.querySelector(".chart").replaceChildren(...content);
}

const sum = (days, name) => days.reduce((sum, day) => sum + day[name], 0);
const waitingOf = ({ pending_review }, name) => `${number(pending_review)} ${name}${pending_review === 1 ? "" : "s"}`;

// --- At a glance

function figure(value, name, detail, className = "") {
  return element("li", { className }, element("span", { className: "is" }, name), element("strong", {}, value), element("span", {}, detail));
}

function figures({ totals: { documents, voice }, daily, pages, voice_minutes, mean_confidence }) {
  const waiting = documents.pending_review + voice.pending_review;
  const [uploaded, approved, rejected] = ["uploaded", "approved", "rejected"].map((name) => sum(daily, name));
  const all = approved + rejected;
  const { documents: inDocuments, voice: inSpeech } = mean_confidence;
  const sure = [["documents", inDocuments], ["speech", inSpeech]].filter(([, value]) => value !== null);
  return [
    figure(number(waiting), "Wait for review", `${waitingOf(documents, "document")}, ${waitingOf(voice, "recording")}, now`, waiting ? "wanted" : ""),
    figure(number(uploaded), "Uploaded", `${number(Number((uploaded / Math.max(daily.length, 1)).toFixed(1)))} a day`),
    figure(number(all), "Decided", all ? `${percent(approved / all)} of it approved` : "nothing yet"),
    figure(number(pages), "Pages read", ""),
    figure(number(Number(voice_minutes.toFixed(voice_minutes < 10 ? 1 : 0))), "Minutes heard", ""),
    figure(sure.length ? percent(sure[0][1]) : "–", "How sure it is", sure.map(([name, value]) => `${name} ${percent(value)}`).join(", ") || "nothing yet"),
  ];
}

// --- The charts

function states(totals) {
  const rows = KINDS.map(([kind, label]) => ({
    label, parts: STATES.map(([series, name]) => ({ series, name, amount: totals[kind][series] })),
  }));
  const head = ["State", ...KINDS.map(([, label]) => label)];
  const numbers = STATES.map(([state, name]) => [name, ...KINDS.map(([kind]) => number(totals[kind][state]))]);
  return [bars(rows, { each: true, named: true }), table(head, numbers)];
}

function durations({ time_to_text, time_to_decision }) {
  const rows = [["From an upload to its text", time_to_text], ["From the text to a decision", time_to_decision]]
    .filter(([, { count }]) => count > 0)
    .map(([label, { count, median_seconds: median, p90_seconds: most }]) =>
      ({ label, count, median, most, told: [...new Set([duration(median), duration(most)])].join(" – ") }));
  if (rows.length === 0) return [];
  const numbers = rows.map(({ label, count, median, most }) => [label, duration(median), duration(most), number(count)]);
  return [
    ranges(rows),
    element("p", { className: "fine" }, "Half took less than the first time, nine of ten less than the second."),
    table(["What", "Half within", "Nine of ten within", "How often"], numbers),
  ];
}

function domains({ domains, other_domains }) {
  const rows = domains.map(({ domain, documents }) => [domain ?? "Without a label", documents]);
  if (other_domains > 0) rows.push(["All others", other_domains]);
  if (rows.length === 0) return [];
  const drawn = rows.map(([label, amount]) => ({ label, parts: [{ series: "uploaded", name: "Documents", amount }] }));
  return [bars(drawn), table(["Label", "Documents"], rows.map(([label, amount]) => [label, number(amount)]))];
}

const nameOf = ({ display_name }) => display_name ?? "Somebody without a name";

function people(all, parts) {
  if (all.length === 0) return [];
  const rows = all.map((one) => ({
    label: nameOf(one), parts: parts.map(([series, name]) => ({ series, name, amount: one[series] })),
  }));
  const numbers = all.map((one) => [nameOf(one), ...parts.map(([series]) => number(one[series]))]);
  return [bars(rows, { named: parts.length > 1 }), table(["Who", ...parts.map(([, name]) => name)], numbers)];
}

const DECISIONS = [["approved", "Approved"], ["rejected", "Rejected"]];

function isNothing({ totals, daily }) {
  const there = KINDS.some(([kind]) => STATES.some(([state]) => totals[kind][state] > 0));
  return !there && daily.every(({ uploaded, approved, rejected, failed }) => uploaded + approved + rejected + failed === 0);
}

function fill(summary) {
  const nothing = isNothing(summary);
  $("nothing").hidden = !nothing;
  board.hidden = nothing;
  if (nothing) return;
  $("figures").replaceChildren(...figures(summary));
  $("trend").hidden = summary.daily.length === 0;
  if (summary.daily.length > 0) trend($("trend").querySelector(".chart"), summary.daily);
  place("states", ...states(summary.totals));
  place("durations", ...durations(summary));
  place("domains", ...domains(summary));
  place("contributors", ...people(summary.contributors, [["uploaded", "Uploaded"]]));
  place("reviewers", ...people(summary.reviewers, DECISIONS));
}

// --- What is asked

let loads = 0;

async function load() {
  const wanted = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  const query = new URLSearchParams(wanted);
  history.replaceState(null, "", `?${query}`);
  loads += 1;
  const load = loads;
  board.ariaBusy = "true";
  const summary = bodyOf(await asOwner("GET", `/analytics/summary?${query}`).finally(() => (board.ariaBusy = "false")));
  // Something else was asked for meanwhile.
  if (load !== loads) return;
  const chosen = form.elements.project_id.selectedOptions[0];
  $("project-link").hidden = !wanted.project_id;
  $("project").textContent = chosen.textContent;
  $("project").href = projectPage(wanted.project_id ?? "");
  $("outcome").textContent = "";
  fill(summary);
  $("counted").textContent = `Counted at ${CLOCK.format(new Date(summary.to))}.`;
}

function choose(field, value) {
  const options = [...field.options];
  if (options.some((option) => option.value === value)) field.value = value;
}

function fillTimezones() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const all = new Set(["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? []), own].filter(Boolean));
  form.elements.timezone.append(...[...all].map((name) => new Option(name.replaceAll("_", " "), name)));
  choose(form.elements.timezone, own);
  choose(form.elements.timezone, asked.get("timezone"));
}

// The projects to choose from; the one that the address names, if it is none of the first.
async function fillProjects() {
  const me = bodyOf(await asOwner("GET", "/auth/me"));
  const everywhere = me.global_role === "super_admin";
  const { items } = bodyOf(await asOwner("GET", `/projects?limit=200${everywhere ? "&all=true" : ""}`));
  const mine = items.filter(({ role }) => everywhere || role === "admin");
  const named = asked.get("project_id");
  if (named && !mine.some(({ id }) => id === named)) {
    mine.push(bodyOf(await asOwner("GET", `/projects/${encodeURIComponent(named)}`)));
  }
  if (everywhere) form.elements.project_id.options[0].textContent = "All projects";
  form.elements.project_id.append(...mine.map(({ id, name }) => new Option(name, id)));
  choose(form.elements.project_id, named ?? "");
}

form.addEventListener("change", () => load().catch((error) => show(explain(error))));
form.addEventListener("submit", (event) => event.preventDefault());

onOpen(async () => {
  fillTimezones();
  await fillProjects();
  for (const radio of form.elements.timeframe) radio.checked ||= radio.value === asked.get("timeframe");
  form.hidden = false;
  await load();
  return "";
});

// The pieces that charts are made of: bars, ranges, tables, and numbers in words.
import { element } from "./element.js";
import { svg } from "./paper.js";

const NUMBER = new Intl.NumberFormat("en");

export function number(value) {
  return NUMBER.format(value);
}

const STEPS = [["d", 86_400], ["h", 3600], ["min", 60]];

// `12 s`, `3 min`, `1.5 h`.
export function duration(seconds) {
  const [unit, length] = STEPS.find(([, length]) => seconds >= length) ?? ["s", 1];
  const value = seconds / length;
  return `${value < 10 && value % 1 >= 0.05 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

export function swatch(series, shape = "") {
  return element("span", { className: `swatch ${series} ${shape}`, ariaHidden: "true" });
}

// The numbers of a chart for those who would rather read them.
export function table(head, rows) {
  const cells = ([first, ...rest]) => [element("th", { scope: "row" }, first), ...rest.map((value) => element("td", {}, value))];
  const top = element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)));
  return element("details", {},
    element("summary", {}, "The numbers as a table"),
    element("div", { className: "sheet", tabIndex: 0, role: "region", ariaLabel: "The numbers" },
      element("table", {}, element("thead", {}, top), element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row)))))));
}

// A bar of parts, as long as `of` is to what they come to.
function bar(parts, of) {
  const drawn = svg("svg", { viewBox: "0 0 1000 1", preserveAspectRatio: "none", "aria-hidden": true });
  let x = 0;
  for (const { series, amount } of parts) {
    const width = of > 0 ? (1000 * amount) / of : 0;
    if (width > 0) drawn.append(svg("rect", { class: series, x, y: -1, width, height: 3 }));
    x += width;
  }
  return drawn;
}

// One row of bars for each of `{ label, parts: [{ series, name, amount }] }`; all are to one scale, or each to its own.
export function bars(rows, { each = false, named = false } = {}) {
  const sum = (parts) => parts.reduce((sum, { amount }) => sum + amount, 0);
  const most = Math.max(...rows.map(({ parts }) => sum(parts)));
  const entries = rows.map(({ label, parts }) => {
    const all = sum(parts);
    const entry = element("li", { className: each ? "tall" : "" },
      element("span", {}, label), element("span", { className: "amount" }, number(all)), bar(parts, each ? all : most));
    if (named) {
      entry.append(element("ul", { className: "parts" }, ...parts.filter(({ amount }) => amount > 0).map(({ series, name, amount }) =>
        element("li", {}, swatch(series), `${name} ${number(amount)}`))));
    }
    return entry;
  });
  return element("ul", { className: "measures" }, ...entries);
}

// From a second to what is above all; where there is little room, only the units are named.
const MARKS = [1, 10, 60, 600, 3600, 86_400, 864_000, 8_640_000];
const MINOR = [10, 600, 864_000];

// One row for each of `{ label, median, most, told }` in seconds, on one logarithmic scale.
export function ranges(rows) {
  const longest = Math.max(...rows.map(({ most }) => most));
  const marks = MARKS.slice(0, Math.max(2, MARKS.findIndex((mark) => mark >= longest) + 1 || MARKS.length));
  const place = (seconds) => `${(100 * Math.log(Math.max(seconds, 1))) / Math.log(marks.at(-1))}%`;
  const entries = rows.map(({ label, median, most, told }) => {
    const drawn = svg("svg", { class: "range", "aria-hidden": true });
    for (const mark of marks) drawn.append(svg("line", { class: "grid", x1: place(mark), x2: place(mark), y1: 0, y2: "100%" }));
    drawn.append(
      svg("line", { x1: place(median), x2: place(most), y1: "50%", y2: "50%" }),
      svg("circle", { class: "far", cx: place(most), cy: "50%", r: 5 }),
      svg("circle", { cx: place(median), cy: "50%", r: 6.5 }));
    return element("li", {}, element("span", {}, label), element("span", { className: "amount" }, told), drawn);
  });
  const scale = svg("svg", { class: "scale", "aria-hidden": true });
  for (const [index, mark] of marks.entries()) {
    const anchor = index === 0 ? "start" : index === marks.length - 1 ? "end" : "middle";
    const text = svg("text", { class: MINOR.includes(mark) ? "minor" : "", x: place(mark), y: "0.9rem", "text-anchor": anchor });
    text.append(duration(mark));
    scale.append(text);
  }
  return element("div", {}, element("ul", { className: "measures" }, ...entries), scale);
}

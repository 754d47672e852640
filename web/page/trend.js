// What happened day by day: columns for decisions, lines for what came in. Where there is no room for days, weeks or months are shown.
import { element } from "./element.js";
import { number, swatch, table } from "./figures.js";
import { svg } from "./paper.js";

const SERIES = [
  { name: "uploaded", label: "Uploaded", shape: "line" },
  { name: "processed", label: "Read", shape: "dashed line" },
  { name: "approved", label: "Approved", shape: "" },
  { name: "rejected", label: "Rejected", shape: "" },
  { name: "failed", label: "Could not be read", shape: "" },
];
const HEIGHT = 260;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 8, 10, 28];
// Narrower columns are not told apart.
const NARROWEST = 6;

const utc = (options) => new Intl.DateTimeFormat("en", { timeZone: "UTC", ...options });
const SHORT = utc({ day: "numeric", month: "short" });
const LONG = utc({ weekday: "short", day: "numeric", month: "long", year: "numeric" });
const MONTH = utc({ month: "short", year: "numeric" });

function startOfWeek(date) {
  const day = new Date(date);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

const BY = {
  day: { key: (date) => date, short: (date) => SHORT.format(date), long: (date) => LONG.format(date) },
  week: { key: startOfWeek, short: (date) => SHORT.format(date), long: (date) => `Week from ${LONG.format(date)}` },
  month: { key: (date) => `${date.slice(0, 7)}-01`, short: (date) => MONTH.format(date), long: (date) => MONTH.format(date) },
};

// Days, or sums of them when there are more than there is room for.
function group(daily, width) {
  const most = (width - LEFT - RIGHT) / NARROWEST;
  const by = daily.length <= most ? BY.day : daily.length / 7 <= most ? BY.week : BY.month;
  const groups = new Map();
  for (const day of daily) {
    const key = by.key(day.date);
    const sum = groups.get(key) ?? Object.fromEntries(SERIES.map(({ name }) => [name, 0]));
    for (const { name } of SERIES) sum[name] += day[name];
    groups.set(key, sum);
  }
  return [...groups].map(([key, sum]) => ({ ...sum, short: by.short(new Date(key)), long: by.long(new Date(key)) }));
}

// A round number above the highest, and four or five steps to it.
function scaleFor(highest) {
  const rough = Math.max(highest, 4) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].find((factor) => factor * power >= rough) * power);
  return { step, top: Math.ceil(Math.max(highest, 1) / step) * step };
}

const isLine = ({ shape }) => shape.includes("line");

function draw(days, hidden, width) {
  const shown = SERIES.filter(({ name }) => !hidden.has(name));
  const [lines, columns] = [shown.filter(isLine), shown.filter((series) => !isLine(series))];
  const stack = (day) => columns.reduce((sum, { name }) => sum + day[name], 0);
  const highest = Math.max(0, ...days.map((day) => Math.max(stack(day), ...lines.map(({ name }) => day[name]))));
  const { step, top } = scaleFor(highest);
  const slot = (width - LEFT - RIGHT) / days.length;
  const x = (index) => LEFT + slot * (index + 0.5);
  const y = (amount) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - amount / top);
  const drawn = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": true });

  function label(text, attributes) {
    const made = svg("text", attributes);
    made.append(text);
    drawn.append(made);
  }
  for (let amount = 0; amount <= top; amount += step) {
    drawn.append(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(amount), y2: y(amount) }));
    label(number(amount), { x: LEFT - 8, y: y(amount) + 4, "text-anchor": "end" });
  }
  // As many dates as there is room for, the last always.
  const every = Math.ceil(days.length / Math.max(1, Math.floor((width - LEFT - RIGHT) / 72)));
  for (let index = days.length - 1; index >= 0; index -= every) {
    const place = Math.min(x(index), width - RIGHT - 20);
    if (place > LEFT + 10) label(days[index].short, { x: place, y: HEIGHT - 6, "text-anchor": "middle" });
  }
  const here = svg("rect", { class: "here", x: 0, y: TOP, width: slot, height: HEIGHT - TOP - BOTTOM, visibility: "hidden" });
  drawn.append(here);

  const thick = Math.max(1, Math.min(slot * 0.68, 42));
  for (const [index, day] of days.entries()) {
    let below = 0;
    for (const { name } of columns) {
      if (day[name] === 0) continue;
      const height = y(below) - y(below + day[name]);
      drawn.append(svg("rect", {
        class: `bar ${name}`, x: x(index) - thick / 2, y: y(below + day[name]), width: thick,
        height: Math.max(height - (height > 4 ? 1.5 : 0), 0.5), rx: Math.min(3, thick / 4, height / 2),
      }));
      below += day[name];
    }
  }
  for (const { name, shape } of lines) {
    const points = days.map((day, index) => `${x(index).toFixed(1)},${y(day[name]).toFixed(1)}`);
    drawn.append(svg("polyline", { class: `${shape} ${name}`, points: points.join(" ") }));
    if (days.length > 31 || shape.includes("dashed")) continue;
    for (const point of points) {
      const [cx, cy] = point.split(",");
      drawn.append(svg("circle", { class: `dot ${name}`, cx, cy, r: 4 }));
    }
  }
  return { drawn, here, slot, x };
}

// What is told of a day: beside the pointer, and to those who go from day to day by keyboard.
function tipFor(day) {
  const lines = SERIES.map(({ name, label, shape }) => element("p", {}, swatch(name, shape), label, element("b", {}, number(day[name]))));
  return [element("strong", {}, day.long), ...lines];
}

function inWords(day) {
  return `${day.long}: ${SERIES.map(({ name, label }) => `${label.toLowerCase()} ${number(day[name])}`).join(", ")}`;
}

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity, PageUp: 7, PageDown: -7 };

let watching = null;

// Fills `place` with the chart.
export function trend(place, daily) {
  const days = group(daily, place.clientWidth);
  const hidden = new Set();
  const plot = element("div", { className: "plot" });
  const tip = element("div", { className: "tip", hidden: true });
  // A slider, so that arrow keys go from day to day and each is read out
  // (https://www.w3.org/WAI/ARIA/apg/patterns/slider/).
  const reader = element("div", {
    className: "reader", tabIndex: 0, role: "slider", ariaLabel: "Go from day to day", ariaValueMin: "1", ariaValueMax: String(days.length),
  });
  let [chart, at] = [null, days.length - 1];

  function hide() {
    tip.hidden = true;
    chart?.here.setAttribute("visibility", "hidden");
  }

  function read(index, { seen = true } = {}) {
    at = Math.max(0, Math.min(days.length - 1, index));
    reader.ariaValueNow = String(at + 1);
    reader.ariaValueText = inWords(days[at]);
    if (!seen) return;
    chart.here.setAttribute("x", chart.x(at) - chart.slot / 2);
    chart.here.setAttribute("visibility", "visible");
    tip.replaceChildren(...tipFor(days[at]));
    tip.hidden = false;
    const room = plot.clientWidth - tip.offsetWidth;
    const right = chart.x(at) + chart.slot / 2 + 8;
    const left = chart.x(at) - chart.slot / 2 - 8 - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(right <= room ? right : left, room))}px`;
    tip.style.top = `${TOP}px`;
  }

  function redraw() {
    const width = Math.max(plot.clientWidth, 200);
    chart?.drawn.remove();
    chart = draw(days, hidden, width);
    plot.prepend(chart.drawn);
    hide();
  }

  const toggles = SERIES.map(({ name, label, shape }) => {
    const toggle = element("button", { type: "button", ariaPressed: "true" }, swatch(name, shape), label);
    toggle.addEventListener("click", () => {
      if (!hidden.delete(name)) hidden.add(name);
      toggle.ariaPressed = String(!hidden.has(name));
      redraw();
    });
    return element("li", {}, toggle);
  });

  reader.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    read(at + step);
  });
  reader.addEventListener("focus", () => {
    if (reader.matches(":focus-visible")) read(at);
  });
  reader.addEventListener("blur", hide);
  reader.addEventListener("pointermove", ({ offsetX }) => read(Math.floor((offsetX - LEFT) / chart.slot)));
  reader.addEventListener("pointerleave", hide);

  plot.append(reader, tip);
  const head = ["Time", ...SERIES.map(({ label }) => label)];
  const rows = days.toReversed().map((day) => [day.long, ...SERIES.map(({ name }) => number(day[name]))]);
  place.replaceChildren(element("ul", { className: "legend", ariaLabel: "What is shown" }, ...toggles), plot, table(head, rows));
  read(at, { seen: false });
  watching?.disconnect();
  watching = new ResizeObserver(redraw);
  watching.observe(plot);
}

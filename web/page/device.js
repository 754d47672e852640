// A session's device in words that a person knows, as the mails tell it.

// Looked for in this order, since browsers pretend to be each other.
const PROGRAMS = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["FxiOS/", "Firefox"],
  ["CriOS/", "Chrome"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
  ["curl/", "curl"],
  ["python", "a Python program"],
];

const SYSTEMS = [
  ["iPhone", "an iPhone"],
  ["iPad", "an iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["CrOS", "ChromeOS"],
  ["Linux", "Linux"],
];

// `Firefox on Windows`.
export function device(userAgent) {
  const find = (known) => known.find(([sign]) => userAgent?.includes(sign))?.[1];
  const [program, system] = [find(PROGRAMS), find(SYSTEMS)];
  if (!program && !system) return "a program that is not known";
  return system ? `${program ?? "a program"} on ${system}` : program;
}

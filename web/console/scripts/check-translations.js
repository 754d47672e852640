// Fails when a language lacks a text or a placeholder that another one has.

import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../src/", import.meta.url);
const files = readdirSync(root, { recursive: true }).filter((file) => /(^|\/)en\.json$/.test(file));

function texts(node, path) {
  if (typeof node === "string") return [[path.replace(/_(one|other)$/, ""), node]];
  return Object.entries(node).flatMap(([key, value]) => texts(value, path ? `${path}.${key}` : key));
}

function read(file) {
  return new Map(texts(JSON.parse(readFileSync(new URL(file, root), "utf8")), ""));
}

function placeholders(text) {
  const names = text.match(/\{\{\w+|<\w+>/g) ?? [];
  return [...new Set(names)]
    .filter((name) => name !== "{{count")
    .sort()
    .join(" ");
}

const faults = files.flatMap((file) => {
  const other = file.replace(/en\.json$/, "de.json");
  const [en, de] = [read(file), read(other)];
  return [...new Set([...en.keys(), ...de.keys()])].flatMap((key) => {
    if (!en.has(key)) return [`${file}: ${key} is missing`];
    if (!de.has(key)) return [`${other}: ${key} is missing`];
    return placeholders(en.get(key)) === placeholders(de.get(key)) ? [] : [`${other}: placeholders of ${key} differ`];
  });
});
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const root = new URL("../../../", import.meta.url);
const dist = new URL("dist/", root);
const modules = readdirSync(dist).filter((name) => !name.startsWith("schema."));

test("the whole library is smaller than 15 KB gzipped", (context) => {
  const bundle = readFileSync(new URL("browser.js", dist));
  const size = gzipSync(bundle, { level: 9 }).length;
  context.diagnostic(`${bundle.length} bytes minified, ${size} bytes gzipped`);
  console.log(`browser.js: ${bundle.length} bytes minified, ${size} bytes gzipped`);
  assert.ok(size < 15_000, `${size} bytes`);
});

test("the package holds the modules, their types, the guide and the license, and nothing else", () => {
  const pack = ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"];
  const output = execFileSync("npm", pack, { cwd: root, encoding: "utf8" });
  const [packed]: { files: { path: string }[] }[] = JSON.parse(output);
  const others = packed?.files.map(({ path }) => path).filter((path) => !/^dist\/[a-z0-9-]+(\.d)?\.[jt]s$/.test(path));
  assert.deepEqual(others, ["LICENSE", "README.md", "package.json"]);
});

test("every export exists", () => {
  const { exports }: { exports: Record<string, string | Record<string, string>> } = JSON.parse(
    readFileSync(new URL("package.json", root), "utf8"),
  );
  for (const path of Object.values(exports).flatMap((entry) =>
    Object.values(typeof entry === "string" ? [entry] : entry),
  )) {
    readFileSync(new URL(path, root));
  }
});

test("the modules name no source map, no path of this machine and no `any`", () => {
  for (const name of modules) {
    const text = readFileSync(new URL(name, dist), "utf8");
    assert.doesNotMatch(text, /sourceMappingURL|\/home\/|\/root\/|\/tmp\/|file:\/\//, name);
    if (name.endsWith(".d.ts")) assert.doesNotMatch(text.replace(/\/\*[\s\S]*?\*\//g, ""), /\bany\b/, name);
  }
});

test("a bundler and a browser load the same names", async () => {
  const [plain, bundled] = await Promise.all(
    ["index.js", "browser.js"].map((name) => import(new URL(name, dist).href) as Promise<object>),
  );
  assert.deepEqual(Object.keys(bundled ?? {}).sort(), Object.keys(plain ?? {}).sort());
  assert.ok("AltaData" in (plain ?? {}));
});

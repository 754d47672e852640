// Prints the gzipped bytes of JavaScript and CSS that the first load of each page requests, from the build's manifest.
// Fails when a page exceeds the limit. CONSOLE_DIST names another folder than dist.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT = 250_000;
/** The features whose texts a page needs beside its own. */
const TEXTS = { ItemPage: "viewer", PlatformAuditLogPage: "audit", ReviewPage: "viewer" };
const dist = process.env.CONSOLE_DIST ?? "dist";
const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));

/** Returns the files that an entry of the manifest needs at once. */
function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const { file, css = [], imports = [] } = manifest[key];
  return [file, ...css, ...imports.flatMap((imported) => filesOf(imported, seen))];
}

function bytes(files) {
  return [...new Set(files)]
    .filter((file) => /\.(js|css)$/.test(file))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);
}

/** Returns the entries of the manifest that a page requests beside its own, such as its frame and its texts. */
function around(page) {
  const feature = page.split("/").at(-2);
  const own = TEXTS[page.split("/").at(-1).replace(".tsx", "")];
  const texts = [feature, ...(own ? [own] : [])].map((name) => `src/features/${name}/en.json`);
  const frame = feature === "auth" ? ["src/features/auth/AuthLayout.tsx"] : ["src/app/Shell.tsx"];
  const inProject =
    feature !== "auth" &&
    feature !== "account" &&
    feature !== "administration" &&
    !/\/(ProjectsPage|ItemPage|OverviewPage)\.tsx$/.test(page);
  const project = inProject ? ["src/features/projects/ProjectLayout.tsx", "src/features/projects/en.json"] : [];
  return [...frame, ...project, ...texts, "src/i18n/common/en.json"].filter((key) => key in manifest);
}

const pages = Object.keys(manifest).filter((key) => /Page\.tsx$/.test(key));
const sizes = pages
  .map((page) => [page, bytes(["index.html", ...around(page), page].flatMap((key) => filesOf(key)))])
  .sort(([, one], [, other]) => other - one);
for (const [page, size] of sizes) console.log(`${(size / 1000).toFixed(1).padStart(6)} KB  ${page}`);
console.log(`${(bytes(filesOf("index.html")) / 1000).toFixed(1).padStart(6)} KB  of these on every page`);
const heavy = sizes.filter(([, size]) => size > LIMIT);
for (const [page] of heavy) console.error(`${page}: the first load is above ${LIMIT / 1000} KB`);
process.exitCode = heavy.length > 0 ? 1 : 0;

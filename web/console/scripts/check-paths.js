// Fails when the routes and paths.json differ: servers answer exactly the paths of the file with the console's page.
// Fails for files in public/ too: servers tell browsers that the file behind a name below /assets/ never changes, so its
// name must contain a hash of its content.

import { existsSync, readdirSync, readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const listed = JSON.parse(readFileSync(new URL("paths.json", root), "utf8"));
const files = readdirSync(new URL("src/", root), { recursive: true }).filter((file) => /routes\.tsx?$/.test(file));

const routed = files.flatMap((file) => {
  const text = readFileSync(new URL(`src/${file}`, root), "utf8");
  return [...text.matchAll(/getParentRoute: \(\) => (\w+),\s*path: "([^"]+)"/g)].map(([, parent, path]) => {
    const prefix = parent === "projectRoute" ? "/project" : "";
    return path === "/" && prefix ? prefix : prefix + path;
  });
});

const missing = routed.filter((path) => !listed.includes(path));
const unknown = listed.filter((path) => !routed.includes(path));
for (const path of missing) console.error(`paths.json: ${path} is missing`);
for (const path of unknown) console.error(`paths.json: no route has the path ${path}`);
const isSorted = listed.every((path, index) => index === 0 || path > listed[index - 1]);
if (!isSorted) console.error("paths.json: sort the paths");
const isPublic = existsSync(new URL("public", root));
if (isPublic) console.error("public/: import the files instead, so that their names contain a hash");
process.exitCode = missing.length + unknown.length > 0 || !isSorted || isPublic ? 1 : 0;

// Generates src/schema.ts from the platform's OpenAPI document.
//
// usage: npm run generate [URL or FILE]          writes the types
//        npm run check:generated [URL or FILE]   fails when they are stale
//
// Without an argument, the document comes from the platform that `make run` serves.

import { readFile, writeFile } from "node:fs/promises";
import openapiTypeScript, { astToString } from "openapi-typescript";

const OUTPUT = new URL("../src/schema.ts", import.meta.url);
const HEADER = "// Generated from the platform's OpenAPI document by `npm run generate`. Do not edit.\n\n";

async function load(source) {
  if (!/^https?:/.test(source)) return JSON.parse(await readFile(source, "utf8"));
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${source} answers ${response.status}`);
  return response.json();
}

const check = process.argv.includes("--check");
const source = process.argv.slice(2).find((argument) => argument !== "--check");
const document = await load(source ?? "http://localhost:8080/openapi.json").catch((error) => {
  console.error(`The OpenAPI document cannot be read: ${error.message}. Start the platform with \`make run\`.`);
  process.exit(1);
});

const types = await openapiTypeScript(document, { alphabetize: true, emptyObjectsUnknown: true });
const text = HEADER + astToString(types);
if (!check) {
  await writeFile(OUTPUT, text);
} else if ((await readFile(OUTPUT, "utf8").catch(() => "")) !== text) {
  console.error("src/schema.ts is stale: run `npm run generate`, and commit the result.");
  process.exit(1);
}

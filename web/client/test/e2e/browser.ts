/** Chromium, and an origin for its pages that is not the API's. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { delimiter, join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { origin, pageOrigin } from "./platform.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

function executable(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), MAC].find(existsSync);
  if (!found) throw new Error("Chromium is missing: `local/packages test` installs it.");
  return found;
}

/** Runs a function with a browser that reaches only this machine. `pages` are served by path. */
export async function withBrowser<T>(
  pages: Record<string, string>,
  run: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  const bundle = await readFile(new URL("../../../dist/browser.js", import.meta.url));
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", pageOrigin).pathname;
    const page = pages[path];
    if (path === "/alta-data.js") response.writeHead(200, { "content-type": "text/javascript" }).end(bundle);
    else if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "text/html" }).end(page);
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(Number(new URL(pageOrigin).port), "localhost", resolve);
  });
  const browser = await chromium.launch({
    executablePath: executable(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-proxy-server",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  });
  try {
    return await run(await browser.newContext());
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Opens a page whose scripts find the library as `window.library`, and a client as `window.alta`. */
export async function open(context: BrowserContext, path = "/"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(pageOrigin + path);
  await page.waitForFunction(() => "alta" in globalThis);
  return page;
}

/** A page with a client and a file input. */
export const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Test</title>
<input type="file">
<script type="module">
  import * as library from "/alta-data.js";
  Object.assign(window, { library, alta: new library.AltaData({ origin: "${origin}", chunkBytes: 262144 }) });
</script>
`;

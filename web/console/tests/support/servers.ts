/** The servers of the tests: the platform, and the built console in front of it. */

import { existsSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Below the range from which the system chooses ports, since the platform lets it choose some of its own. */
function somePort(): string {
  return String(20_000 + Math.floor(Math.random() * 10_000));
}

function runner(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const target = process.env.CARGO_TARGET_DIR ?? join(cache, "alta-data", "target");
  return process.env.ALTA_LOCAL ?? join(target, "debug", "local");
}

/** Returns the browser that the tests use: Debian's. */
export function chromium(): string {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (!found) throw new Error("Chromium is missing: `local/packages test` installs it.");
  return found;
}

// Workers read this file too, and inherit the variables.
const isStarted = process.env.ALTA_ORIGIN !== undefined;
process.env.ALTA_PAGE_PORT ??= somePort();
process.env.ALTA_DATA_DIR ??= join(mkdtempSync(join(tmpdir(), "alta-console-")), "data");
process.env.ALTA_ORIGIN ??= `http://localhost:${somePort()}`;

/** The origin of the API. */
export const platformOrigin = process.env.ALTA_ORIGIN;
/** The origin of the console. */
export const consoleOrigin = `http://localhost:${process.env.ALTA_PAGE_PORT}`;

const platform = {
  name: "platform",
  command: `exec ${runner()} run`,
  url: `${platformOrigin}/health`,
  timeout: 120_000,
  gracefulShutdown: { signal: "SIGTERM" as const, timeout: 20_000 },
  env: {
    ALTA_PORT: new URL(platformOrigin).port,
    ALTA_DATA_DIR: process.env.ALTA_DATA_DIR,
    CORS_ORIGINS: consoleOrigin,
    PASSKEY_ORIGINS: consoleOrigin,
    FRONTEND_URL: consoleOrigin,
  },
};
const page = {
  name: "console",
  command: `exec npx vite preview --outDir ${process.env.CONSOLE_DIST ?? "dist"}`,
  url: `${consoleOrigin}/sign-in`,
  env: { ALTA_ORIGIN: platformOrigin, ALTA_PAGE_PORT: process.env.ALTA_PAGE_PORT },
};

/** `ALTA_ORIGIN` names a running platform, which must allow the origin of the tests' console (`ALTA_PAGE_PORT`). */
export const servers = isStarted ? [page] : [platform, page];

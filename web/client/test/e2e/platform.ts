/** The running platform, as the end-to-end tests see it. `.ci/client` starts it and sets the variables. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AltaData } from "../../src/index.js";

/** The origin of the API. */
export const origin = process.env.ALTA_ORIGIN ?? "http://localhost:8080";
/** The origin of the tests' pages, which the platform has to allow (`CORS_ORIGINS`, `PASSKEY_ORIGINS`). */
export const pageOrigin = process.env.ALTA_PAGE_ORIGIN ?? "http://localhost:5173";

export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Registers a user and opens the link in the mail. */
export async function register(): Promise<Account> {
  const name = crypto.randomUUID();
  const account = { email: `${name}@example.org`, password: `correct horse ${name}` };
  const alta = new AltaData(origin);
  await alta.post("/auth/register", { body: account });
  await alta.get("/auth/verify-email", { params: { query: { token: await mailedToken(account.email) } } });
  return account;
}

/** Returns the token in the last mail to an address. */
async function mailedToken(email: string): Promise<string> {
  const inbox = `${origin}/local/inbox?to=${encodeURIComponent(email)}`;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const mails = await (await fetch(inbox, { headers: { accept: "application/json" } })).text();
    const token = /token=([\w-]+)/.exec(mails)?.[1];
    if (token) return token;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail to ${email}`);
}

/** Returns the path of a sample of the local platform: a file whose text is known. */
export function samplePath(name: string): string {
  return fileURLToPath(new URL(`../../../../../local/samples/${name}`, import.meta.url));
}

/** Returns a sample as a file. */
export async function sample(name: string, type: string): Promise<File> {
  return new File([new Uint8Array(await readFile(samplePath(name)))], name, { type, lastModified: 1000 });
}

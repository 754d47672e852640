/** Actions of the tests on the platform without the console. */

import { fileURLToPath } from "node:url";
import { AltaData, memoryStore, memoryUploadStore, type Schema } from "@alta-data/client";
import { platformOrigin } from "./servers.ts";

export interface Account {
  readonly email: string;
  readonly password: string;
  readonly display_name: string;
  /** A client that is signed in as this user. */
  readonly alta: AltaData;
}

/** Returns an address that nobody has. */
export function someAddress(name = "ada"): string {
  return `${name.toLowerCase().replaceAll(/\W+/g, ".")}.${crypto.randomUUID().slice(0, 8)}@example.org`;
}

export const PASSWORD = "correct horse battery staple";

/** Returns a client without a session. */
export function client(): AltaData {
  return new AltaData({ origin: platformOrigin, store: memoryStore(), uploadStore: memoryUploadStore() });
}

/** Signs a user up, opens the link in the mail, and signs in. */
export async function signUp(display_name = "Ada Lovelace"): Promise<Account> {
  const alta = client();
  const account = { email: someAddress(display_name), password: PASSWORD, display_name };
  await alta.post("/auth/register", { body: account });
  await alta.get("/auth/verify-email", { params: { query: { token: await mailedToken(account.email) } } });
  await alta.session.signIn({ email: account.email, password: PASSWORD });
  return { ...account, alta };
}

/** Returns the path and query of the link in the last mail to an address that leads to a page. */
export async function mailedLink(email: string, page: string): Promise<string> {
  const inbox = `${platformOrigin}/local/inbox?to=${encodeURIComponent(email)}`;
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const mails = await (await fetch(inbox, { headers: { accept: "application/json" } })).text();
    const link = new RegExp(`https?://[^\\s"<>\\\\]+(/${page}(\\?[\\w=&%-]*)?)`).exec(mails)?.[1];
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail to ${email} with a link to /${page}`);
}

async function mailedToken(email: string): Promise<string> {
  const link = await mailedLink(email, "verify-email");
  return new URL(link, platformOrigin).searchParams.get("token") ?? "";
}

/** Creates a project of a user. */
export function createProject({ alta }: Account, name: string): Promise<Schema<"Project">> {
  return alta.post("/projects", { body: { name } });
}

/** Makes a user a member of a project. */
export async function addMember(
  { alta: admin }: Account,
  project_id: string,
  { alta, email }: Account,
  role: Schema<"ProjectRole">,
): Promise<void> {
  await admin.post("/projects/{project_id}/invite", { params: { path: { project_id } }, body: { email, role } });
  const link = await mailedLink(email, "invitation");
  const token = new URL(link, platformOrigin).searchParams.get("token") ?? "";
  await alta.post("/invitations/{token}/accept", { params: { path: { token } } });
}

/** Returns the path of a sample of the local platform: a file whose text is known. */
export function samplePath(name: string): string {
  return fileURLToPath(new URL(`../../../../local/samples/${name}`, import.meta.url));
}

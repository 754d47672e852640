/** Code that the compiler accepts, and code that it refuses. Nothing here runs. */

import { AltaData, type Schema, type Transition, textOf } from "../src/index.js";

const alta = new AltaData("https://data.example.org");
const project_id = "01a224af-db2d-7370-a313-430411cb5835";

export async function accepted(): Promise<void> {
  const project: Schema<"Project"> = await alta.post("/projects", { body: { name: "Letters" } });
  const document = await alta.get("/documents/{document_id}", { params: { path: { document_id: project.id } } });
  const text: string | null | undefined = document.ocr_text;
  // 204 is one of two successes of this endpoint.
  const next: Schema<"ReviewItem"> | undefined = await alta.post("/review/next", { params: { query: { project_id } } });
  const nothing: undefined = await alta.delete("/projects/{project_id}", { params: { path: { project_id } } });
  await alta.post("/documents", {
    params: { header: { "Idempotency-Key": "1" } },
    body: { project_id, filename: "a.pdf", content_type: "application/pdf", size_bytes: 1 },
  });
  for await (const item of alta.list("/items", { params: { query: { project_id, status: "approved" } } })) {
    if (item.kind === "voice") item.duration_seconds?.toFixed();
    else item.page_count?.toFixed();
  }
  for await (const { kind, to } of alta.events(project_id)) await use(kind === "document" && to === "approved");
  const item = await alta.upload(new Blob(), { project_id, domain: "letters" }).done;
  const read: string | null = textOf(await alta.processed(item));
  await use(text, next, nothing, read);
}

export async function refused(): Promise<void> {
  // @ts-expect-error: the path does not exist.
  await alta.get("/document");
  // @ts-expect-error: the path has no such method.
  await alta.put("/documents");
  // @ts-expect-error: the project is missing.
  await alta.get("/documents");
  // @ts-expect-error: the field is misspelled.
  await alta.post("/projects", { body: { title: "Letters" } });
  // @ts-expect-error: the option is misspelled.
  await alta.get("/projects", { parameters: {} });
  // @ts-expect-error: not an accepted media type.
  await use("text/plain" satisfies Schema<"DocumentMediaType">);
  // @ts-expect-error: not a list.
  alta.list("/auth/me");
  // @ts-expect-error: an upload is for a project or an item.
  alta.upload(new Blob(), {});
  // @ts-expect-error: no such status.
  const same = (transition: Transition) => transition.to === "aproved";
  await use(same);
}

async function use(..._values: unknown[]): Promise<void> {}

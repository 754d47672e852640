import type { ItemKind } from "@alta-data/client";
import { alta } from "#/api/alta";

/** The fields of an item that requests need. */
export interface ItemReference {
  readonly id: string;
  readonly kind: ItemKind;
}

/** Deletes an item. */
export async function deleteItem({ id, kind }: ItemReference): Promise<void> {
  if (kind === "document") await alta.delete("/documents/{document_id}", { params: { path: { document_id: id } } });
  else await alta.delete("/voice/{voice_sample_id}", { params: { path: { voice_sample_id: id } } });
}

/** Processes the file of a failed item again. */
export async function reprocessItem({ id, kind }: ItemReference): Promise<void> {
  if (kind === "document") {
    await alta.post("/documents/{document_id}/reprocess", { params: { path: { document_id: id } } });
  } else await alta.post("/voice/{voice_sample_id}/reprocess", { params: { path: { voice_sample_id: id } } });
}

/** Sets or removes the label of a document. */
export async function setDomain(document_id: string, domain: string | null): Promise<void> {
  await alta.patch("/documents/{document_id}", { params: { path: { document_id } }, body: { domain } });
}

/** Sets or removes the language of the next transcription of a voice sample. */
export async function setLanguage(voice_sample_id: string, language: string | null): Promise<void> {
  await alta.patch("/voice/{voice_sample_id}", { params: { path: { voice_sample_id } }, body: { language } });
}

import { type ItemWithText, ProblemError, type Schema } from "@alta-data/client";
import { alta } from "#/api/alta";
import { listOptions } from "#/api/lists";

export type Kind = Schema<"ItemKind">;
export type Verdict = Schema<"Verdict">;
export type ReviewItem = Schema<"ReviewItem">;

/** The filter and the order of a queue. */
export interface Queue {
  readonly project_id: string;
  readonly kind?: Kind | undefined;
  readonly order?: "confidence" | undefined;
}

/** Returns the query of a queue's requests, without parameters that are not set. */
export function queueParams({ project_id, kind, order }: Queue) {
  return { project_id, ...(kind && { kind }), ...(order && { order }) };
}

/** The items that await review, without those that others have claimed. */
export function queueQuery(queue: Queue) {
  return listOptions(["review", queue.project_id, { kind: queue.kind, order: queue.order }], "/review", {
    query: { ...queueParams(queue), limit: 50 },
  });
}

/** An item with its text, and the tag of its version. */
export interface Loaded {
  readonly item: ItemWithText;
  readonly etag: string;
}

/** Loads an item with its text. */
export async function loadItem({ id, kind }: { readonly id: string; readonly kind: Kind }): Promise<Loaded> {
  if (kind === "document") {
    const { data, error, response } = await alta.raw.GET("/documents/{document_id}", {
      params: { path: { document_id: id } },
    });
    if (!data) throw new ProblemError(error);
    return { item: { ...data, kind }, etag: response.headers.get("etag") ?? "" };
  }
  const { data, error, response } = await alta.raw.GET("/voice/{voice_sample_id}", {
    params: { path: { voice_sample_id: id } },
  });
  if (!data) throw new ProblemError(error);
  return { item: { ...data, kind }, etag: response.headers.get("etag") ?? "" };
}

import type { ItemKind, Schema } from "@alta-data/client";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { alta } from "#/api/alta";
import { listOptions } from "#/api/lists";

/** The fields of an item that the viewers need. The single GET and the lists of items have them. */
export interface ViewedItem {
  readonly id: string;
  readonly kind: ItemKind;
  readonly content_type: string;
  readonly size_bytes: number;
  readonly processed_at?: string | null;
  readonly page_count?: number | null;
  readonly duration_seconds?: number | null;
}

/** A block of text on a page. The box is left, top, width and height in fractions of the page. */
export interface Block {
  readonly text: string;
  readonly confidence: number;
  readonly box: readonly [number, number, number, number];
}

/** A page of a document with its blocks. */
export interface Page {
  readonly number: number;
  readonly text: string;
  readonly confidence: number;
  readonly blocks: readonly Block[];
}

export type Word = Schema<"Word">;

/** The pages of a document in order. The first response is small, so that a long document opens at once. */
export function pagesQuery({ id: document_id, processed_at }: ViewedItem) {
  return infiniteQueryOptions({
    queryKey: ["pages", document_id, processed_at],
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === null ? { limit: 10 } : { limit: 100, cursor: pageParam };
      return alta.get("/documents/{document_id}/pages", { params: { path: { document_id }, query }, signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    select: ({ pages }) => pages.flatMap(({ items }) => items.map(pageOf)),
    staleTime: "static",
  });
}

/** The words of a voice sample in order. */
export function wordsQuery({ id: voice_sample_id, processed_at }: ViewedItem) {
  const params = { path: { voice_sample_id }, query: { limit: 200 } };
  return {
    ...listOptions(["words", voice_sample_id, processed_at], "/voice/{voice_sample_id}/words", params),
    staleTime: "static" as const,
  };
}

/** Returns a URL for an item's file, which is valid for some minutes. */
export async function downloadUrl({ id, kind }: Pick<ViewedItem, "id" | "kind">): Promise<Schema<"Download">> {
  return kind === "document"
    ? await alta.get("/documents/{document_id}/download", { params: { path: { document_id: id } } })
    : await alta.get("/voice/{voice_sample_id}/download", { params: { path: { voice_sample_id: id } } });
}

function pageOf({ page_number, text, confidence, layout }: Schema<"DocumentPage">): Page {
  return { number: page_number, text, confidence: confidence ?? 0, blocks: layout.map(blockOf) };
}

function blockOf(block: object): Block {
  const { text = "", confidence = 0, box = [0, 0, 0, 0] } = block as Partial<Block>;
  return { text, confidence, box };
}

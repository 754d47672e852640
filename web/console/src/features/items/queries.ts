import type { Item, ItemKind, ItemWithText, Schema } from "@alta-data/client";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { alta } from "#/api/alta";
import { listOptions } from "#/api/lists";
import type { ItemsSearch } from "./routes";

/** An item of the table. Items that a search found have a snippet. */
export type Row = Item & { readonly snippet?: readonly Schema<"Fragment">[] | null };

/** The lists that make up the table, each with the cursor of its next page. */
type Cursors = Readonly<Partial<Record<"items" | ItemKind, string | null>>>;

/** Some rows of the table. */
export interface ItemsPage {
  readonly rows: readonly Row[];
  readonly next: Cursors | null;
}

/** The key of all tables of a project's items. The filter follows. */
export function itemsKey(project_id: string) {
  return ["items", project_id] as const;
}

/** The items of a project, newest first, or with `q` the best matches first. */
export function itemsQuery(project_id: string, filter: ItemsSearch) {
  return infiniteQueryOptions({
    queryKey: [...itemsKey(project_id), filter],
    queryFn: ({ pageParam, signal }) => load(project_id, filter, pageParam, signal),
    initialPageParam: firstCursors(filter),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ rows }) => rows),
  });
}

// Only the lists of one kind can be searched, and only documents have a domain.
function firstCursors({ kind, q, domain }: ItemsSearch): Cursors {
  if (kind) return { [kind]: null };
  if (domain) return { document: null };
  return q ? { document: null, voice: null } : { items: null };
}

async function load(
  project_id: string,
  { q, status, domain, mine }: ItemsSearch,
  cursors: Cursors,
  signal: AbortSignal,
): Promise<ItemsPage> {
  const filter = { project_id, limit: 100, ...(status && { status }), ...(mine && { uploaded_by: "me" as const }) };
  const search = { ...filter, ...(q && { q }) };
  const at = (cursor: string | null | undefined) => (cursor ? { cursor } : {});
  const lists = await Promise.all([
    "items" in cursors ? alta.get("/items", { params: { query: { ...filter, ...at(cursors.items) } }, signal }) : null,
    "document" in cursors
      ? alta.get("/documents", {
          params: { query: { ...search, ...(domain && { domain }), ...at(cursors.document) } },
          signal,
        })
      : null,
    "voice" in cursors ? alta.get("/voice", { params: { query: { ...search, ...at(cursors.voice) } }, signal }) : null,
  ]);
  const [items, documents, voice] = lists;
  const next = Object.entries({ items, document: documents, voice }).flatMap(([name, list]) =>
    list?.next_cursor ? [[name, list.next_cursor] as const] : [],
  );
  return {
    rows: interleave<Row>([
      items?.items ?? [],
      documents?.items.map((item) => ({ ...item, kind: "document" as const })) ?? [],
      voice?.items.map((item) => ({ ...item, kind: "voice" as const })) ?? [],
    ]),
    next: next.length > 0 ? Object.fromEntries(next) : null,
  };
}

/** Merges lists by rank: the ranks of different lists cannot be compared otherwise. */
function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, rank) => lists.flatMap((list) => list.slice(rank, rank + 1))).flat();
}

/** An item with its text. */
export function itemQuery(kind: ItemKind, id: string) {
  return queryOptions({
    queryKey: ["item", id],
    queryFn: ({ signal }) => getItem(kind, id, signal),
  });
}

/** Requests an item with its text. */
export async function getItem(kind: ItemKind, id: string, signal?: AbortSignal): Promise<ItemWithText> {
  const init = signal ? { signal } : {};
  return kind === "document"
    ? { ...(await alta.get("/documents/{document_id}", { params: { path: { document_id: id } }, ...init })), kind }
    : { ...(await alta.get("/voice/{voice_sample_id}", { params: { path: { voice_sample_id: id } }, ...init })), kind };
}

/** The languages in which recordings can be transcribed. */
export const languagesQuery = queryOptions({
  queryKey: ["languages"],
  queryFn: async ({ signal }) => (await alta.get("/voice/languages", { signal })).items,
  staleTime: "static",
});

/** The history of an item, for reviewers and project admins. */
export function historyQuery(item_id: string, version: number) {
  return listOptions(["history", item_id, version], "/review/{item_id}/history", { path: { item_id } });
}

import type { Transition } from "@alta-data/client";
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useMe } from "#/api/session";
import { getItem, itemsKey, type ItemsPage, type Row } from "./queries";
import type { ItemsSearch } from "./routes";
import { useTransitions } from "./transitions";

/** The time whose transitions are handled together, in milliseconds. */
const PAUSE = 400;
/** More items than this are requested as a list. */
const MAX_ITEM_REQUESTS = 20;

type Table = InfiniteData<ItemsPage>;

/** Returns true if an item belongs into a table. Only the server knows what a search finds. */
function belongs(row: Row, { q, kind, status, domain, mine }: ItemsSearch, me: string): boolean {
  if (q) return false;
  if (kind && row.kind !== kind) return false;
  if (status && row.status !== status) return false;
  if (domain && !(row.kind === "document" && row.domain === domain)) return false;
  return !mine || row.uploaded_by_id === me;
}

function mapRows(table: Table, map: (row: Row) => Row | null): Table {
  const pages = table.pages.map((page) => ({ ...page, rows: page.rows.flatMap((row) => map(row) ?? []) }));
  return { ...table, pages };
}

function withFirst(table: Table, row: Row): Table {
  const [first, ...others] = table.pages;
  return first ? { ...table, pages: [{ ...first, rows: [row, ...first.rows] }, ...others] } : table;
}

/** Keeps the tables of a project's items as they are on the server. */
export function useLiveItems(project_id: string): void {
  const queryClient = useQueryClient();
  const { id: me } = useMe();
  const queryKey = itemsKey(project_id);
  const pending = useRef(new Map<string, Transition>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const change = (update: (table: Table, filter: ItemsSearch) => Table) => {
    for (const [key, table] of queryClient.getQueriesData<Table>({ queryKey })) {
      if (table) queryClient.setQueryData<Table>(key, update(table, key[2] ?? {}));
    }
  };

  /** Shows an item as it is now, in each table to which it belongs. */
  const place = (now: Row) =>
    change((table, filter) => {
      const known = table.pages.some(({ rows }) => rows.some(({ id }) => id === now.id));
      if (!known) return belongs(now, filter, me) ? withFirst(table, now) : table;
      return mapRows(table, (row) => {
        if (row.id !== now.id || row.version > now.version) return row;
        if (filter.status && now.status !== filter.status) return null;
        return row.snippet ? { ...now, snippet: row.snippet } : now;
      });
    });

  const refresh = async () => {
    const changed = [...pending.current.values()];
    pending.current.clear();
    if (changed.length > MAX_ITEM_REQUESTS) {
      await queryClient.invalidateQueries({ queryKey });
      return;
    }
    await Promise.all(
      changed.map(async ({ kind, item_id }) => {
        // A deleted item has its own transition.
        const item = await getItem(kind, item_id).catch(() => null);
        if (item) place(item);
      }),
    );
  };

  useTransitions(project_id, {
    onTransition: (transition) => {
      const { item_id, to, version } = transition;
      if (to === "deleted") {
        pending.current.delete(item_id);
        change((table) => mapRows(table, (row) => (row.id === item_id ? null : row)));
        return;
      }
      change((table) =>
        mapRows(table, (row) =>
          row.id === item_id && row.version < version ? { ...row, status: to, progress: null } : row,
        ),
      );
      pending.current.set(item_id, transition);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void refresh(), PAUSE);
    },
    onGap: () => void queryClient.invalidateQueries({ queryKey }),
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}

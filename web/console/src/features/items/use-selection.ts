import { useState } from "react";
import type { Row } from "./queries";

/** The rows that the user has selected for an action on all of them. */
export interface Selection {
  readonly rows: readonly Row[];
  readonly has: (id: string) => boolean;
  /** True if all rows are selected, false if none is, and else undefined. */
  readonly all: boolean | undefined;
  readonly toggle: (id: string) => void;
  readonly toggleAll: () => void;
  readonly clear: () => void;
}

/** Returns a selection from the rows of a table. A row that leaves the table leaves the selection. */
export function useSelection(rows: readonly Row[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selected = rows.filter(({ id }) => ids.has(id));
  const all = selected.length === 0 ? false : selected.length === rows.length ? true : undefined;
  return {
    rows: selected,
    has: (id) => ids.has(id),
    all,
    toggle: (id) =>
      setIds((old) => {
        const next = new Set(old);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    toggleAll: () => setIds(all === true ? new Set() : new Set(rows.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  };
}

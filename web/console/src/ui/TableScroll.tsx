import type { ReactNode } from "react";
import classes from "./TableScroll.module.css";

interface Props {
  /** The width in pixels below which the table scrolls. */
  readonly minWidth: number;
  readonly children: ReactNode;
}

/** Scrolls a table that is wider than the page. `Table.ScrollContainer` would load scroll bars of its own. */
export function TableScroll({ minWidth, children }: Props) {
  return (
    <div className={classes.scroll}>
      <div style={{ minWidth }}>{children}</div>
    </div>
  );
}

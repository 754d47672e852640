import "@mantine/core/styles/Checkbox.layer.css";
import { Checkbox, Text } from "@mantine/core";
import { IconFileText, IconMicrophone } from "@tabler/icons-react";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import { AnchorLink } from "#/ui/links";
import { Time } from "#/ui/Time";
import classes from "./items.module.css";
import type { Row } from "./queries";
import { StatusBadge } from "./StatusBadge";
import type { Selection } from "./use-selection";

const ROW_HEIGHT = 57;

interface Props {
  readonly rows: readonly Row[];
  readonly selection: Selection;
  /** True while the rows of another filter are loaded. */
  readonly isBusy: boolean;
}

/** The distance of an element from the top of the document, which changes when something above it does. */
function useOffset() {
  const ref = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (ref.current) setOffset(Math.round(ref.current.getBoundingClientRect().top + scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  return { ref, offset };
}

/** The arrow keys go from one item to the next, as in a list of files. */
function onArrow(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a[data-item]")];
  const row = event.target.closest('[role="row"]')?.querySelector<HTMLElement>("a[data-item]");
  const next = links[links.findIndex((link) => link === row) + step];
  if (!row || !next) return;
  event.preventDefault();
  next.focus();
}

/** The table of items. Only the rows in view are in the page. */
export function ItemTable({ rows, selection, isBusy }: Props) {
  const { t } = useTranslation("items");
  const { ref, offset } = useOffset();
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollMargin: offset,
  });
  return (
    <div
      className={classes.table}
      role="table"
      aria-label={t("title")}
      aria-rowcount={rows.length + 1}
      aria-busy={isBusy}
      onKeyDown={onArrow}
    >
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={classes.head}>
          <span role="columnheader">
            <Checkbox
              size="xs"
              aria-label={t("selectAll")}
              checked={selection.all ?? false}
              indeterminate={selection.all === undefined}
              onChange={selection.toggleAll}
            />
          </span>
          <span role="columnheader">{t("columns.name")}</span>
          <span role="columnheader">{t("columns.status")}</span>
          <span role="columnheader">{t("columns.length")}</span>
          <span role="columnheader">{t("columns.confidence")}</span>
          <span role="columnheader">{t("columns.created")}</span>
        </div>
      </div>
      <div ref={ref} role="rowgroup" className={classes.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          return row ? (
            <div
              key={key}
              ref={virtualizer.measureElement}
              role="row"
              aria-rowindex={index + 2}
              data-index={index}
              data-selected={selection.has(row.id) || undefined}
              className={classes.row}
              style={{ transform: `translateY(${start - offset}px)` }}
            >
              <Cells row={row} selection={selection} />
            </div>
          ) : null;
        })}
      </div>
    </div>
  );
}

function Cells({ row, selection }: { readonly row: Row; readonly selection: Selection }) {
  const { t } = useTranslation("items");
  const { percent, clock } = useFormat();
  const { id, kind, original_filename: name, confidence, snippet } = row;
  const Symbol = kind === "document" ? IconFileText : IconMicrophone;
  const length = row.kind === "document" ? row.page_count : row.duration_seconds;
  return (
    <>
      <span role="cell" className={classes.select}>
        <Checkbox
          size="xs"
          aria-label={t("select", { name })}
          checked={selection.has(id)}
          onChange={() => selection.toggle(id)}
        />
      </span>
      <span role="cell" className={classes.name}>
        <Symbol size={18} stroke={1.6} className={classes.symbol} aria-label={t(`kind.${kind}`)} role="img" />
        <span className={classes.words}>
          <span className={classes.title}>
            <AnchorLink
              to="/item"
              search={{ kind, id }}
              data-item={id}
              c="var(--mantine-color-text)"
              fw={550}
              size="sm"
              className={classes.link}
            >
              {name}
            </AnchorLink>
            {row.kind === "document" && row.domain && (
              <AnchorLink
                to="/project/items"
                search={{ id: row.project_id, domain: row.domain }}
                size="xs"
                className={classes.domain}
                aria-label={t("filters.domain", { domain: row.domain })}
              >
                {row.domain}
              </AnchorLink>
            )}
          </span>
          {snippet && snippet.length > 0 && (
            <Text size="xs" c="dimmed" className={classes.snippet}>
              {snippet.map(({ text, highlighted }, index) =>
                highlighted ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
              )}
            </Text>
          )}
        </span>
      </span>
      <span role="cell" className={classes.status}>
        <StatusBadge item={row} />
      </span>
      <span role="cell" className={classes.fact}>
        {length != null && (row.kind === "document" ? t("pages", { count: length }) : clock(length))}
      </span>
      <span role="cell" className={classes.fact}>
        {confidence ? percent(confidence) : ""}
      </span>
      <span role="cell" className={classes.fact}>
        <Time at={row.created_at} />
      </span>
    </>
  );
}

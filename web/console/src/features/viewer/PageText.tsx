import { Text, VisuallyHidden } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "#/ui/ErrorState";
import { useFormat } from "#/ui/format";
import { RowsSkeleton } from "#/ui/skeletons";
import { isLowConfidence } from "./confidence";
import type { Block, ViewedItem } from "./queries";
import { roving } from "./roving";
import type { DocumentView } from "./use-document-view";
import { usePage } from "./use-page";
import classes from "./viewer.module.css";

interface Props {
  readonly item: ViewedItem;
  readonly view: DocumentView;
}

/** The text that the engine recognized on the current page. Each block marks its box in the image, and the reverse. */
export function PageText({ item, view }: Props) {
  const { t } = useTranslation("viewer");
  const { percent } = useFormat();
  const { page, isPending, error, retry } = usePage(item, view.page);
  if (isPending) return <RowsSkeleton rows={4} />;
  if (error) return <ErrorState error={error} onRetry={retry} />;
  if (!page || (page.blocks.length === 0 && page.text.trim() === "")) {
    return <Text c="dimmed">{t("nothing")}</Text>;
  }
  return (
    <div>
      {page.confidence > 0 && (
        <Text size="xs" c="dimmed" mb="xs">
          {t("pageConfidence", { number: page.number, confidence: percent(page.confidence) })}
        </Text>
      )}
      {page.blocks.length === 0 ? (
        <p className={classes.text}>{page.text}</p>
      ) : (
        <ol key={page.number} className={classes.blocks} {...roving}>
          {page.blocks.map((block, index) => (
            <BlockText key={index} block={block} index={index} view={view} />
          ))}
        </ol>
      )}
    </div>
  );
}

interface BlockProps {
  readonly block: Block;
  readonly index: number;
  readonly view: DocumentView;
}

function BlockText({ block: { text, confidence }, index, view: { marked, mark } }: BlockProps) {
  const { t } = useTranslation("viewer");
  const { percent } = useFormat();
  const entry = useRef<HTMLLIElement>(null);
  const isMarked = marked === index;
  const isLow = isLowConfidence(confidence);
  useEffect(() => {
    if (isMarked) entry.current?.scrollIntoView({ block: "nearest" });
  }, [isMarked]);
  const words = confidence > 0 ? t("confidence", { confidence: percent(confidence) }) : "";
  return (
    <li
      ref={entry}
      className={classes.block}
      data-roving=""
      title={words || undefined}
      data-marked={isMarked || undefined}
      {...(isLow && { "data-low-confidence": "" })}
      tabIndex={index === 0 ? 0 : -1}
      onFocus={() => mark(index)}
      onPointerEnter={() => mark(index)}
    >
      {text.trim()}
      {isLow && <VisuallyHidden> ({words})</VisuallyHidden>}
    </li>
  );
}

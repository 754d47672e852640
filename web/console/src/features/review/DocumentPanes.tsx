import type { ItemWithText } from "@alta-data/client";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DocumentViewer, PageText, useDocumentView } from "#/features/viewer";
import { pagesQuery } from "#/features/viewer/queries";
import { useShortcuts } from "#/ui/shortcuts";
import { Correction, type CorrectionProps } from "./Correction";
import classes from "./review.module.css";

interface Props {
  readonly item: Extract<ItemWithText, { kind: "document" }>;
  readonly correction: Omit<CorrectionProps, "position"> | null;
  /** True if the text in the field is as it was, so that the current page's place in it is known. */
  readonly isAtStart: boolean;
}

/** A document beside its text. */
export function DocumentPanes({ item, correction, isAtStart }: Props) {
  const { t } = useTranslation("review");
  const queryClient = useQueryClient();
  const view = useDocumentView({ pageCount: item.page_count });
  useShortcuts(t("document"), [
    { keys: "ArrowLeft", label: t("keys.previousPage"), run: () => view.goTo(view.page - 1) },
    { keys: "ArrowRight", label: t("keys.nextPage"), run: () => view.goTo(view.page + 1) },
    { keys: "Z", label: t("keys.zoomIn"), run: view.zoomIn },
    { keys: "shift+Z", label: t("keys.zoomOut"), run: view.zoomOut },
    { keys: "T", label: t("keys.rotate"), run: view.rotate },
  ]);
  const position = () => {
    if (!isAtStart || item.corrected_text != null) return 0;
    const pages = queryClient.getQueryData(pagesQuery(item).queryKey)?.pages.flatMap(({ items }) => items) ?? [];
    return pages.slice(0, view.page - 1).reduce((length, { text }) => length + text.length + 1, 0);
  };
  return (
    <div className={classes.panes}>
      <DocumentViewer item={item} view={view} />
      <section className={classes.text} aria-label={t("text")}>
        {correction ? <Correction {...correction} position={position()} /> : <PageText item={item} view={view} />}
      </section>
    </div>
  );
}

import type { Item } from "@alta-data/client";
import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

const COLORS: Record<Item["status"], string> = {
  draft: "gray",
  processing: "blue",
  pending_review: "yellow",
  approved: "green",
  rejected: "red",
  failed: "red",
  deleted: "gray",
};

/** The status of an item, with its progress while it is processed. */
export function StatusBadge({ item: { status, progress } }: { readonly item: Pick<Item, "status" | "progress"> }) {
  const { t } = useTranslation("items");
  const isCounted = status === "processing" && progress && progress.total > 0;
  return (
    <Badge color={COLORS[status]} variant={status === "failed" ? "outline" : "light"}>
      {t(`status.${status}`)}
      {isCounted && ` ${Math.floor((100 * progress.done) / progress.total)} %`}
    </Badge>
  );
}

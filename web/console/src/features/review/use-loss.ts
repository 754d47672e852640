import type { Schema } from "@alta-data/client";
import { useTranslation } from "react-i18next";
import type { Loss } from "./decision";

/** Returns a function that describes why a reviewer no longer holds an item. */
export function useLoss(): (loss: Loss, change: Schema<"HistoryEntry"> | null) => string {
  const { t } = useTranslation("review");
  return (loss, change) => {
    if (loss !== "decided" || !change) return t(`lost.${loss}`);
    const verdict = change.to === "approved" ? "approved" : "rejected";
    return change.actor_name ? t(`lost.${verdict}By`, { name: change.actor_name }) : t(`lost.${verdict}`);
  };
}

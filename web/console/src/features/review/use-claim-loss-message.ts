import type { Schema } from "@alta-data/client";
import { useTranslation } from "react-i18next";
import type { ClaimLossReason } from "./decision";

/** Returns a function that describes why a reviewer no longer holds an item. */
export function useClaimLossMessage(): (lossReason: ClaimLossReason, change: Schema<"HistoryEntry"> | null) => string {
  const { t } = useTranslation("review");
  return (lossReason, change) => {
    if (lossReason !== "decided" || !change) return t(`lost.${lossReason}`);
    const verdict = change.to === "approved" ? "approved" : "rejected";
    return change.actor_name ? t(`lost.${verdict}By`, { name: change.actor_name }) : t(`lost.${verdict}`);
  };
}

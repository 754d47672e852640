import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";

interface Measured {
  readonly page_count?: number | null;
  readonly duration_seconds?: number | null;
}

/** Returns a function that says how long an item is: its pages or its duration. */
export function useLength(): (item: Measured) => string {
  const { t } = useTranslation("review");
  const { clock } = useFormat();
  return ({ page_count, duration_seconds }) => {
    if (page_count) return t("pages", { count: page_count });
    return duration_seconds ? clock(duration_seconds) : "–";
  };
}

import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { oneOf } from "#/app/search";
import { NativeSelectField } from "#/ui/NativeSelectField";
import classes from "./review.module.css";
import { KINDS, type ReviewSearch } from "./routes";

interface Props extends Pick<ReviewSearch, "kind" | "order" | "view"> {
  readonly onChange: (change: ReviewSearch) => void;
}

/** The filter, the order and the view of the queue. */
export function QueueFilters({ kind, order, view, onChange }: Props) {
  const { t } = useTranslation("review");
  return (
    <div className={classes.filters}>
      <NativeSelectField
        aria-label={t("filters.kind")}
        value={kind ?? "all"}
        data={["all", ...KINDS].map((value) => ({ value, label: t(`filters.kinds.${oneOf(KINDS, value) ?? "all"}`) }))}
        onChange={(value) => onChange({ kind: oneOf(KINDS, value) })}
        className={classes.filter}
      />
      <NativeSelectField
        aria-label={t("filters.order")}
        value={order ?? "oldest"}
        data={[
          { value: "oldest", label: t("filters.oldest") },
          { value: "confidence", label: t("filters.confidence") },
        ]}
        onChange={(value) => onChange({ order: oneOf(["confidence"], value) })}
        className={classes.filter}
      />
      <div role="group" aria-label={t("filters.view")}>
        <Button.Group>
          {(["oneByOne", "queue"] as const).map((value) => (
            <Button
              key={value}
              variant={value === (view ?? "oneByOne") ? "light" : "default"}
              aria-pressed={value === (view ?? "oneByOne")}
              onClick={() => onChange({ view: oneOf(["queue"], value) })}
            >
              {t(`filters.${value}`)}
            </Button>
          ))}
        </Button.Group>
      </div>
    </div>
  );
}

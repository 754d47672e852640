import "@mantine/core/styles/SegmentedControl.layer.css";
import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { oneOf } from "#/app/search";
import { NativeSelectField } from "#/ui/NativeSelectField";
import classes from "./analytics.module.css";
import { type AnalyticsSearch, TIMEFRAMES } from "./routes";

interface Props {
  readonly timeframe: (typeof TIMEFRAMES)[number];
  readonly timezone: string;
  readonly onChange: (change: AnalyticsSearch) => void;
}

/** The period, and the time zone in which its days begin. */
export function Filters({ timeframe, timezone, onChange }: Props) {
  const { t } = useTranslation("analytics");
  const zones = [...new Set([timezone, "UTC", ...Intl.supportedValuesOf("timeZone")])];
  return (
    <div className={classes.filters}>
      <SegmentedControl
        aria-label={t("timeframe")}
        value={timeframe}
        data={TIMEFRAMES.map((value) => ({ value, label: t(`timeframes.${value}`) }))}
        onChange={(value) => onChange({ timeframe: oneOf(TIMEFRAMES, value) })}
      />
      <NativeSelectField
        aria-label={t("timezone")}
        className={classes.zone}
        value={timezone}
        data={zones.map((value) => ({ value, label: value.replaceAll("_", " ") }))}
        onChange={(value) => onChange({ timezone: value })}
      />
    </div>
  );
}

import "@mantine/charts/styles.layer.css";
import "@mantine/core/styles/ColorSwatch.layer.css";
import type { Schema } from "@alta-data/client";
import { LineChart } from "@mantine/charts";
import { useReducedMotion } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";

interface Props {
  readonly days: readonly Schema<"Day">[];
  readonly series: readonly { readonly name: string; readonly color: string; readonly label: string }[];
}

/** The figures of each day as lines. The arrow keys move from day to day. */
export default function TrendChart({ days, series }: Props) {
  const { t } = useTranslation("analytics");
  const { date, number } = useFormat();
  const isStill = useReducedMotion();
  const data = days.map((day) => ({ ...day, date: date(`${day.date}T12:00`) }));
  return (
    <LineChart
      h={280}
      data={data}
      dataKey="date"
      series={[...series]}
      curveType="linear"
      withDots={days.length <= 31}
      withLegend
      valueFormatter={number}
      yAxisProps={{ allowDecimals: false, width: 44 }}
      xAxisProps={{ minTickGap: 32 }}
      lineProps={{ isAnimationActive: !isStill }}
      lineChartProps={{ title: t("daily") }}
    />
  );
}

import "@mantine/charts/styles.layer.css";
import "@mantine/core/styles/ColorSwatch.layer.css";
import { BarChart } from "@mantine/charts";
import { useReducedMotion } from "@mantine/hooks";
import { useFormat } from "#/ui/format";

interface Props {
  /** Each row has a `label`. */
  readonly data: Record<string, string | number>[];
  readonly series: { readonly name: string; readonly color: string; readonly label: string }[];
}

/** One bar for each row, with a part for each series. */
export default function StackedBars({ data, series }: Props) {
  const { number } = useFormat();
  const isStill = useReducedMotion();
  return (
    <BarChart
      h={70 + 44 * data.length}
      data={data}
      dataKey="label"
      type="stacked"
      orientation="vertical"
      series={series}
      withLegend={series.length > 1}
      gridAxis="none"
      maxBarWidth={26}
      valueFormatter={number}
      xAxisProps={{ allowDecimals: false }}
      yAxisProps={{ width: 110 }}
      barProps={{ isAnimationActive: !isStill }}
    />
  );
}

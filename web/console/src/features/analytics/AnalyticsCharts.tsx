import type { Schema } from "@alta-data/client";
import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import classes from "./analytics.module.css";
import { ChartCard } from "./ChartCard";
import { Durations } from "./Durations";
import { Figures } from "./Figures";
import { KINDS, STATUSES, TREND } from "./series";

const TrendChart = lazy(() => import("./TrendChart"));
const StackedBars = lazy(() => import("./StackedBars"));

interface Props {
  readonly summary: Schema<"Summary">;
}

/** All charts, each also as a table. */
export function AnalyticsCharts({ summary }: Props) {
  const { t } = useTranslation("analytics");
  const { number } = useFormat();
  const { daily, totals, contributors, reviewers, domains, other_domains } = summary;
  const nameOf = (person: { readonly display_name?: string | null }) => person.display_name ?? t("nobody");
  const trend = TREND.map(({ name, color }) => ({ name, color, label: t(`trend.${name}`) }));
  const statuses = STATUSES.map(({ name, color }) => ({ name, color, label: t(`statuses.${name}`) }));
  const uploads = [{ name: "uploaded", color: "blue.6", label: t("trend.uploaded") }];
  const decisions = trend.filter(({ name }) => name === "approved" || name === "rejected");
  const documents = [{ name: "documents", color: "blue.6", label: t("kinds.documents") }];

  const byKind = KINDS.map((kind) => ({ label: t(`kinds.${kind}`), ...totals[kind] }));
  const byContributor = contributors.map((person) => ({ label: nameOf(person), uploaded: person.uploaded }));
  const byReviewer = reviewers.map((person) => ({
    label: nameOf(person),
    approved: person.approved,
    rejected: person.rejected,
  }));
  const byDomain = domains.map(({ domain, documents }) => ({ label: domain ?? t("noDomain"), documents }));
  if (other_domains > 0) byDomain.push({ label: t("otherDomains"), documents: other_domains });

  const rows = (data: readonly Record<string, string | number>[], series: readonly { readonly name: string }[]) =>
    data.map((row) => [String(row.label), ...series.map(({ name }) => number(Number(row[name])))]);
  const bars = (
    title: string,
    first: string,
    data: Record<string, string | number>[],
    series: typeof trend | typeof documents,
  ) =>
    data.length > 0 && (
      <ChartCard title={title} columns={[first, ...series.map(({ label }) => label)]} rows={rows(data, series)}>
        <Suspense fallback={<Skeleton height={180} />}>
          <StackedBars data={data} series={[...series]} />
        </Suspense>
      </ChartCard>
    );

  return (
    <div className={classes.charts}>
      <div className={classes.wide}>
        <Figures summary={summary} />
      </div>
      {daily.length > 0 && (
        <div className={classes.wide}>
          <ChartCard
            title={t("daily")}
            columns={[t("day"), ...trend.map(({ label }) => label)]}
            rows={daily.map((day) => [day.date, ...TREND.map(({ name }) => number(day[name]))])}
          >
            <Suspense fallback={<Skeleton height={280} />}>
              <TrendChart days={daily} series={trend} />
            </Suspense>
          </ChartCard>
        </div>
      )}
      {bars(t("now"), t("kind"), byKind, statuses)}
      <Durations summary={summary} />
      {bars(t("contributors"), t("person"), byContributor, uploads)}
      {bars(t("reviewers"), t("person"), byReviewer, decisions)}
      {bars(t("domains"), t("domain"), byDomain, documents)}
    </div>
  );
}

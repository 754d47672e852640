import { Text } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { useFormat } from "#/ui/format";
import { PageHeader } from "#/ui/PageHeader";
import { PageSkeleton } from "#/ui/skeletons";
import classes from "./analytics.module.css";
import { AnalyticsCharts } from "./AnalyticsCharts";
import { Filters } from "./Filters";
import { summaryQuery } from "./queries";
import type { AnalyticsSearch } from "./routes";
import { isEmpty } from "./series";

/** The time zone of the browser. */
const HERE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

interface Props {
  readonly title: string;
  readonly description?: string;
  /** Null for all projects that the user administers. */
  readonly projectId: string | null;
  readonly filter: AnalyticsSearch;
  readonly onChange: (filter: AnalyticsSearch) => void;
}

/** The figures of one project or of all, as charts. */
export function SummaryView({ title, description, projectId, filter, onChange }: Props) {
  const { t } = useTranslation("analytics");
  const { dateTime } = useFormat();
  const { timeframe = "30d", timezone = HERE } = filter;
  const summary = useQuery(summaryQuery({ ...(projectId && { project_id: projectId }), timeframe, timezone }));
  return (
    <>
      <PageHeader
        title={title}
        {...(description && { description })}
        actions={
          <Filters
            timeframe={timeframe}
            timezone={timezone}
            onChange={(next) => onChange({ timeframe, timezone, ...next })}
          />
        }
      />
      {summary.isPending && <PageSkeleton />}
      {summary.isError && <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />}
      {summary.data && isEmpty(summary.data) && (
        <EmptyState icon={IconChartBar} title={t("empty.title")} description={t("empty.description")} />
      )}
      {summary.data && !isEmpty(summary.data) && (
        <div aria-busy={summary.isPlaceholderData} className={classes.board}>
          <AnalyticsCharts summary={summary.data} />
          <Text size="xs" c="dimmed" mt="md">
            {t("counted", { at: dateTime(summary.data.to) })}
          </Text>
        </div>
      )}
    </>
  );
}

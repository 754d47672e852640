import type { ItemWithText, Schema } from "@alta-data/client";
import { Card, Group, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { RowsSkeleton } from "#/ui/skeletons";
import { Time } from "#/ui/Time";
import classes from "./items.module.css";
import { historyQuery } from "./queries";
import { StatusBadge } from "./StatusBadge";

const TextDifference = lazy(() => import("#/features/viewer/TextDifference"));

/** The history of an item, latest change first, with the differences between texts. */
export function History({ item: { id, version } }: { readonly item: ItemWithText }) {
  const list = useInfiniteQuery(historyQuery(id, version));
  if (list.isPending) return <RowsSkeleton rows={3} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <ol className={classes.history}>
        {list.data.map((entry) => (
          <Entry key={entry.version} entry={entry} />
        ))}
      </ol>
      <LoadMore list={list} />
    </>
  );
}

function Entry({ entry }: { readonly entry: Schema<"HistoryEntry"> }) {
  const { t } = useTranslation("items");
  const { from, to, actor_name, at, feedback, text_before, text_after } = entry;
  const isReopened = to === "pending_review" && (from === "approved" || from === "rejected");
  return (
    <Card withBorder padding="sm" component="li">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <StatusBadge item={{ status: to, progress: null }} />
          {isReopened && <Text size="sm">{t("history.reopened")}</Text>}
          {actor_name && <Text size="sm">{actor_name}</Text>}
        </Group>
        <Text size="xs" c="dimmed">
          <Time at={at} />
        </Text>
      </Group>
      {feedback && (
        <Text size="sm" mt="xs">
          {feedback}
        </Text>
      )}
      {text_after != null && (
        <>
          <Text size="xs" c="dimmed" my={4}>
            {t("history.correction")}
          </Text>
          <Suspense fallback={<RowsSkeleton rows={1} />}>
            <TextDifference before={text_before ?? ""} after={text_after} />
          </Suspense>
        </>
      )}
    </Card>
  );
}

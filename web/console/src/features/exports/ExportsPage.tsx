import { Alert, Stack } from "@mantine/core";
import { IconFileExport, IconLock } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { useProject } from "#/features/projects/queries";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { PageHeader } from "#/ui/PageHeader";
import { RowsSkeleton } from "#/ui/skeletons";
import { CreateExport } from "./CreateExport";
import { ExportEntry } from "./ExportEntry";
import { exportsQuery } from "./queries";

/** The interval at which exports in progress are requested, in milliseconds. */
const POLL_INTERVAL = 2000;

/** The exports of a project, for its admins. */
export default function ExportsPage() {
  const { t } = useTranslation("exports");
  const { id, role } = useProject();
  const { global_role } = useMe();
  const mayExport = role === "admin" || global_role === "super_admin";
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {mayExport ? (
        <Stack gap="xl">
          <CreateExport projectId={id} />
          <Exports projectId={id} />
        </Stack>
      ) : (
        <Alert icon={<IconLock aria-hidden />}>{t("onlyAdmins")}</Alert>
      )}
    </>
  );
}

function Exports({ projectId }: { readonly projectId: string }) {
  const { t } = useTranslation("exports");
  const { export: wanted } = useSearch({ from: "/app/project/exports" });
  const list = useInfiniteQuery({
    ...exportsQuery(projectId),
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ items }) => items.some(({ status }) => status === "processing")) ? POLL_INTERVAL : false,
  });
  if (list.isPending) return <RowsSkeleton rows={3} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data.length === 0) {
    return <EmptyState icon={IconFileExport} title={t("empty.title")} description={t("empty.description")} />;
  }
  return (
    <section aria-label={t("title")}>
      <Stack gap="sm">
        {list.data.map((entry) => (
          <ExportEntry key={entry.id} entry={entry} isWanted={entry.id === wanted} />
        ))}
      </Stack>
      <LoadMore list={list} />
    </section>
  );
}

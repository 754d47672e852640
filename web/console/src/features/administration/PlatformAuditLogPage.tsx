import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { AuditFilters, WrittenFilter } from "#/features/audit/AuditFilters";
import { AuditTable } from "#/features/audit/AuditTable";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { AnchorLink } from "#/ui/links";
import { PageHeader } from "#/ui/PageHeader";
import { RowsSkeleton } from "#/ui/skeletons";
import { downloadAuditLog } from "./download-audit-log";
import { auditLogQuery } from "./queries";
import { SuperAdminsOnly } from "./SuperAdminsOnly";

/** The audit log of the platform. */
export default function PlatformAuditLogPage() {
  const { t } = useTranslation("administration");
  const filter = useSearch({ from: "/app/administration/audit-log" });
  const download = useMutation({ mutationFn: () => downloadAuditLog(filter) });
  return (
    <>
      <PageHeader
        title={t("auditLog.title")}
        description={t("auditLog.description")}
        actions={
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={download.isPending}
            onClick={() => download.mutate()}
          >
            {t("auditLog.download")}
          </Button>
        }
      />
      <SuperAdminsOnly>
        <Log />
      </SuperAdminsOnly>
    </>
  );
}

function Log() {
  const { t } = useTranslation("audit");
  const filter = useSearch({ from: "/app/administration/audit-log" });
  const navigate = useNavigate();
  const list = useInfiniteQuery(auditLogQuery(filter));
  const change = (next: typeof filter) =>
    void navigate({ to: "/administration/audit-log", search: { ...filter, ...next }, replace: true });
  return (
    <>
      <AuditFilters
        filter={filter}
        onChange={(next) => change("action" in next && "from" in next ? { ...next, project_id: undefined } : next)}
        actor={
          <>
            <WrittenFilter label={t("actorId")} value={filter.actor} onChange={(actor) => change({ actor })} />
            <WrittenFilter
              label={t("projectId")}
              value={filter.project_id}
              onChange={(project_id) => change({ project_id })}
            />
          </>
        }
      />
      {list.isPending && <RowsSkeleton />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && (
        <AuditTable
          entries={list.data}
          actor={(user) => (
            <AnchorLink to="/administration/users" search={{ user }} size="sm">
              {user}
            </AnchorLink>
          )}
        />
      )}
      <LoadMore list={list} />
    </>
  );
}

import { Alert, Text } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { membersQuery } from "#/features/members/queries";
import { useProject } from "#/features/projects/queries";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { NativeSelectField } from "#/ui/NativeSelectField";
import { PageHeader } from "#/ui/PageHeader";
import { RowsSkeleton } from "#/ui/skeletons";
import { AuditFilters } from "./AuditFilters";
import { AuditTable } from "./AuditTable";
import type { AuditFilter } from "./filter";
import { projectAuditLogQuery } from "./queries";

/** The audit log of a project, for its admins. */
export default function ProjectAuditLogPage() {
  const { t } = useTranslation("audit");
  const { id, role } = useProject();
  const { global_role } = useMe();
  const mayRead = role === "admin" || global_role === "super_admin";
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {mayRead ? <Log projectId={id} /> : <Alert icon={<IconLock aria-hidden />}>{t("onlyAdmins")}</Alert>}
    </>
  );
}

function Log({ projectId: id }: { readonly projectId: string }) {
  const { t } = useTranslation("audit");
  const { action, actor, resource_type, resource_id, from, to } = useSearch({ from: "/app/project/audit-log" });
  const filter: AuditFilter = { action, actor, resource_type, resource_id, from, to };
  const navigate = useNavigate();
  const list = useInfiniteQuery(projectAuditLogQuery(id, filter));
  const members = useInfiniteQuery(membersQuery(id));
  const names = new Map(
    (members.data ?? []).map(({ user_id, display_name, email }) => [user_id, display_name ?? email]),
  );
  const known = filter.actor && !names.has(filter.actor) ? [{ value: filter.actor, label: filter.actor }] : [];
  const change = (next: AuditFilter) =>
    void navigate({ to: "/project/audit-log", search: { id, ...filter, ...next }, replace: true });
  return (
    <>
      <AuditFilters
        filter={filter}
        onChange={change}
        actor={
          <NativeSelectField
            label={t("actor")}
            value={filter.actor ?? ""}
            data={[
              { value: "", label: t("anyActor") },
              ...known,
              ...[...names].map(([value, label]) => ({ value, label })),
            ]}
            onChange={(actor) => change({ actor: actor || undefined })}
          />
        }
      />
      {list.isPending && <RowsSkeleton />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && (
        <AuditTable
          entries={list.data}
          actor={(userId) => <Text size="sm">{names.get(userId) ?? t("formerMember")}</Text>}
        />
      )}
      <LoadMore list={list} />
    </>
  );
}

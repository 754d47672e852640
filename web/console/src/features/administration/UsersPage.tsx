import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconUserOff } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { oneOf } from "#/app/search";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { NativeSelectField } from "#/ui/NativeSelectField";
import { PageHeader } from "#/ui/PageHeader";
import { RowsSkeleton } from "#/ui/skeletons";
import classes from "./administration.module.css";
import { usersQuery } from "./queries";
import { ROLES, STATUSES, type UsersSearch } from "./routes";
import { SuperAdminsOnly } from "./SuperAdminsOnly";
import { UsersTable } from "./UsersTable";

const UserDrawer = lazy(() => import("./UserDrawer"));
const PAUSE = 300;

/** The users of the platform. */
export default function UsersPage() {
  const { t } = useTranslation("administration");
  return (
    <>
      <PageHeader title={t("users.title")} description={t("users.description")} />
      <SuperAdminsOnly>
        <Users />
      </SuperAdminsOnly>
    </>
  );
}

function Users() {
  const { t } = useTranslation("administration");
  const search = useSearch({ from: "/app/administration/users" });
  const navigate = useNavigate();
  const list = useInfiniteQuery(usersQuery(search));
  const change = (next: UsersSearch, replace = true) =>
    void navigate({ to: "/administration/users", search: { ...search, ...next }, replace, resetScroll: false });
  return (
    <>
      <Filters search={search} onChange={change} />
      {list.isPending && <RowsSkeleton />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && (
        <EmptyState icon={IconUserOff} title={t("users.none")} description={t("users.noneDescription")} />
      )}
      {list.data && list.data.length > 0 && <UsersTable users={list.data} onOpen={(user) => change({ user }, false)} />}
      <LoadMore list={list} />
      <Suspense>
        {search.user && <UserDrawer userId={search.user} onClose={() => change({ user: undefined })} />}
      </Suspense>
    </>
  );
}

interface FiltersProps {
  readonly search: UsersSearch;
  readonly onChange: (change: UsersSearch) => void;
}

function Filters({ search: { q = "", role, status, verified }, onChange }: FiltersProps) {
  const { t } = useTranslation("administration");
  const [state, setState] = useState({ written: q, from: q });
  const apply = useDebouncedCallback((written: string) => onChange({ q: written.trim() || undefined }), PAUSE);
  // The address changed, for example by the back button.
  if (state.from !== q) setState({ written: q, from: q });
  return (
    <form role="search" className={classes.filters} onSubmit={(event) => event.preventDefault()}>
      <TextInput
        label={t("users.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={state.written}
        onChange={({ currentTarget: { value } }) => {
          setState({ written: value, from: q });
          apply(value);
        }}
      />
      <NativeSelectField
        label={t("users.role")}
        value={role ?? "any"}
        data={[
          { value: "any", label: t("users.any") },
          ...ROLES.map((value) => ({ value, label: t(`users.roles.${value}`) })),
        ]}
        onChange={(value) => onChange({ role: oneOf(ROLES, value) })}
      />
      <NativeSelectField
        label={t("users.status")}
        value={status ?? "any"}
        data={[
          { value: "any", label: t("users.any") },
          ...STATUSES.map((value) => ({ value, label: t(`users.statuses.${value}`) })),
        ]}
        onChange={(value) => onChange({ status: oneOf(STATUSES, value) })}
      />
      <NativeSelectField
        label={t("users.verified")}
        value={verified ?? "any"}
        data={[
          { value: "any", label: t("users.any") },
          { value: "true", label: t("users.isVerified") },
          { value: "false", label: t("users.isUnverified") },
        ]}
        onChange={(value) => onChange({ verified: oneOf(["true", "false"], value) })}
      />
    </form>
  );
}

import "@mantine/core/styles/ScrollArea.layer.css";
import { Button, Group, Text, TextInput } from "@mantine/core";
import { IconMailCheck, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { WrittenFilter } from "#/features/audit/AuditFilters";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { PageHeader } from "#/ui/PageHeader";
import { RowsSkeleton } from "#/ui/skeletons";
import classes from "./administration.module.css";
import { matches } from "./dead-letter";
import { DeadLetters } from "./DeadLetters";
import { deadLetterCountQuery, deadLettersQuery } from "./queries";
import type { DeadLettersSearch } from "./routes";
import { SuperAdminsOnly } from "./SuperAdminsOnly";
import { useDeadLetters } from "./use-dead-letters";

/** The messages that could not be delivered. */
export default function DeadLettersPage() {
  const { t } = useTranslation("administration");
  return (
    <>
      <PageHeader title={t("deadLetters.title")} description={t("deadLetters.description")} />
      <SuperAdminsOnly>
        <Page />
      </SuperAdminsOnly>
    </>
  );
}

function Page() {
  const { t } = useTranslation("administration");
  const filter = useSearch({ from: "/app/administration/dead-letters" });
  const navigate = useNavigate();
  const list = useInfiniteQuery(deadLettersQuery);
  const change = (next: DeadLettersSearch) =>
    void navigate({ to: "/administration/dead-letters", search: { ...filter, ...next }, replace: true });
  if (list.isPending) return <RowsSkeleton />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data.length === 0) {
    return (
      <EmptyState icon={IconMailCheck} title={t("deadLetters.none")} description={t("deadLetters.noneDescription")} />
    );
  }
  const subscriptions = [...new Set(list.data.map(({ subscription }) => subscription))].sort();
  const shown = list.data.filter((letter) => matches(letter, filter));
  return (
    <>
      <form role="search" className={classes.filters} onSubmit={(event) => event.preventDefault()}>
        <WrittenFilter
          label={t("deadLetters.subscription")}
          value={filter.subscription}
          data={subscriptions}
          onChange={(subscription) => change({ subscription })}
        />
        <WrittenFilter
          label={t("deadLetters.causeContains")}
          value={filter.cause}
          onChange={(cause) => change({ cause })}
        />
        <TextInput
          type="date"
          label={t("deadLetters.from")}
          value={filter.from ?? ""}
          onChange={({ currentTarget: { value } }) => change({ from: value || undefined })}
        />
        <TextInput
          type="date"
          label={t("deadLetters.to")}
          value={filter.to ?? ""}
          onChange={({ currentTarget: { value } }) => change({ to: value || undefined })}
        />
      </form>
      <Bulk filter={filter} />
      {shown.length === 0 ? <Text c="dimmed">{t("deadLetters.noMatch")}</Text> : <DeadLetters letters={shown} />}
      <LoadMore list={list} />
    </>
  );
}

type BulkAction = "replay" | "delete";

/** The buttons for all dead letters that match the filters, whether they are loaded or not. */
function Bulk({ filter }: { readonly filter: DeadLettersSearch }) {
  const { t } = useTranslation("administration");
  const { replayAll, deleteAll } = useDeadLetters();
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const close = () => setAsked(null);
  const count = useQuery({ ...deadLetterCountQuery(filter), enabled: asked !== null });
  const preview = (matching: number | undefined) =>
    count.isError
      ? t("deadLetters.notCounted")
      : matching === undefined
        ? t("deadLetters.counting")
        : t("deadLetters.matching", { count: matching });
  return (
    <Group mb="md" gap="xs">
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden />}
        loading={replayAll.isPending}
        onClick={() => setAsked("replay")}
      >
        {t("deadLetters.replayAll")}
      </Button>
      <Button
        variant="outline"
        color="red"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={() => setAsked("delete")}
      >
        {t("deadLetters.deleteAll")}
      </Button>
      <ConfirmDialog
        opened={asked === "replay"}
        onClose={close}
        title={t("deadLetters.replayAllAsk")}
        confirm={t("deadLetters.replayAll")}
        color="blue"
        ready={(count.data?.replayable ?? 0) > 0}
        onConfirm={() => replayAll.mutateAsync(filter)}
      >
        <Text role="status">{preview(count.data?.replayable)}</Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === "delete"}
        onClose={close}
        title={t("deadLetters.deleteAllAsk")}
        confirm={t("deadLetters.deleteAll")}
        ready={(count.data?.all ?? 0) > 0}
        onConfirm={() => deleteAll.mutateAsync(filter)}
      >
        <Text role="status">{preview(count.data?.all)}</Text>
        <Text>{t("deadLetters.deleteDescription")}</Text>
      </ConfirmDialog>
    </Group>
  );
}

import { ProblemError } from "@alta-data/client";
import { Button, Group, Paper, Text } from "@mantine/core";
import { IconCheck, IconRefresh, IconTag, IconTrash, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { notifyProblem, notifySuccess } from "#/ui/notify";
import { deleteItem, reprocessItem, setDomain } from "./item-requests";
import classes from "./items.module.css";
import { itemsKey, type Row } from "./queries";
import { useRights } from "./rights";
import type { Selection } from "./use-selection";

const TextDialog = lazy(() => import("./TextDialog"));

/** The number of concurrent requests, for actions that the API takes one by one. */
const CONCURRENCY = 4;
/** The maximum number of decisions in a request. */
const BATCH_SIZE = 100;

interface Props {
  readonly projectId: string;
  readonly selection: Selection;
}

/** An action, and the key of the message about its success. */
interface Action {
  readonly act: () => Promise<{ done: number; error: unknown }>;
  readonly message: "approved" | "reprocessed" | "labeled" | "deleted";
}

/** Sends a request for each row. Returns the number that succeeded, and the first error. */
async function each(rows: readonly Row[], send: (row: Row) => Promise<void>) {
  const waiting = [...rows];
  const errors: unknown[] = [];
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      await send(row).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { done: rows.length - errors.length, error: errors[0] };
}

async function approve(project_id: string, rows: readonly Row[]) {
  const errors: ProblemError[] = [];
  for (let first = 0; first < rows.length; first += BATCH_SIZE) {
    const decisions = rows
      .slice(first, first + BATCH_SIZE)
      .map(({ id }) => ({ item_id: id, status: "approved" as const }));
    const { items } = await alta.post("/review/bulk", { body: { project_id, decisions } });
    errors.push(...items.flatMap((outcome) => ("problem" in outcome ? [new ProblemError(outcome.problem)] : [])));
  }
  return { done: rows.length - errors.length, error: errors[0] };
}

/** The bar with actions on the selected items. */
export default function BulkActions({ projectId, selection }: Props) {
  const { t } = useTranslation("items");
  const queryClient = useQueryClient();
  const { mayReview, isAdmin, mayChange } = useRights(projectId);
  const [dialog, setDialog] = useState<"delete" | "domain" | null>(null);
  const run = useMutation({
    mutationFn: ({ act }: Action) => act(),
    onSuccess: ({ done, error }, { message }) => {
      if (done > 0) notifySuccess(t(`bulk.${message}`, { count: done }));
      if (error) notifyProblem(error);
      selection.clear();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: itemsKey(projectId) }),
  });
  const { rows } = selection;
  if (rows.length === 0) return null;
  const changeable = rows.filter(mayChange);
  const pending = mayReview ? rows.filter(({ status }) => status === "pending_review") : [];
  const failed = isAdmin ? rows.filter(({ status, submitted_at }) => status === "failed" && submitted_at) : [];
  const documents = changeable.filter(({ kind }) => kind === "document");
  const count = rows.length;
  return (
    <Paper withBorder shadow="md" className={classes.bulk} role="region" aria-label={t("bulk.label")}>
      <Text size="sm" fw={550} role="status">
        {t("bulk.selected", { count })}
      </Text>
      <Group gap={6}>
        {pending.length > 0 && (
          <Button
            size="xs"
            leftSection={<IconCheck size={14} aria-hidden />}
            loading={run.isPending}
            onClick={() => run.mutate({ act: () => approve(projectId, pending), message: "approved" })}
          >
            {t("bulk.approve", { count: pending.length })}
          </Button>
        )}
        {failed.length > 0 && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            loading={run.isPending}
            onClick={() => run.mutate({ act: () => each(failed, reprocessItem), message: "reprocessed" })}
          >
            {t("bulk.reprocess", { count: failed.length })}
          </Button>
        )}
        {documents.length > 0 && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTag size={14} aria-hidden />}
            onClick={() => setDialog("domain")}
          >
            {t("bulk.domain", { count: documents.length })}
          </Button>
        )}
        {changeable.length > 0 && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => setDialog("delete")}
          >
            {t("bulk.delete", { count: changeable.length })}
          </Button>
        )}
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} aria-hidden />}
          onClick={selection.clear}
        >
          {t("bulk.clear")}
        </Button>
      </Group>
      <ConfirmDialog
        opened={dialog === "delete"}
        onClose={() => setDialog(null)}
        title={t("bulk.deleteAsk", { count: changeable.length })}
        confirm={t("delete.submit")}
        onConfirm={() => run.mutateAsync({ act: () => each(changeable, deleteItem), message: "deleted" })}
      >
        {t("delete.description")}
      </ConfirmDialog>
      <Suspense>
        {dialog === "domain" && (
          <TextDialog
            title={t("domain.title")}
            label={t("domain.label")}
            description={t("domain.description")}
            maxLength={64}
            initial=""
            onClose={() => setDialog(null)}
            onSave={(domain) =>
              run.mutateAsync({ act: () => each(documents, ({ id }) => setDomain(id, domain)), message: "labeled" })
            }
          />
        )}
      </Suspense>
    </Paper>
  );
}

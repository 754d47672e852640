import { Button } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { useShortcuts } from "#/ui/shortcuts";
import { PageSkeleton } from "#/ui/skeletons";
import { DeskItem } from "./DeskItem";
import { LastDecision } from "./LastDecision";
import { LostItem } from "./LostItem";
import type { Queue } from "./queries";
import { UnsentDecisions } from "./UnsentDecisions";
import { useDesk } from "./use-desk";

interface Props {
  readonly queue: Queue;
  readonly mayReopen: boolean;
  /** The id of the item that the address names. */
  readonly wanted?: string | undefined;
}

/** The review of one item after the other. */
export function DeskView({ queue, mayReopen, wanted }: Props) {
  const { t } = useTranslation(["review", "common"]);
  const { desk, state } = useDesk(queue, mayReopen, wanted);
  const { view, unsent } = state;
  useShortcuts(t("title"), [
    { keys: "N", label: t("keys.next"), run: () => desk.next() },
    { keys: "mod+Z", label: t("keys.undo"), run: () => desk.undo() },
  ]);
  const next = (
    <Button onClick={() => desk.next()} loading={state.isBusy}>
      {t("next")}
    </Button>
  );
  return (
    <>
      <UnsentDecisions unsent={unsent} desk={desk} />
      {view.kind === "loading" && <PageSkeleton />}
      {view.kind === "failed" && <ErrorState error={view.error} onRetry={() => desk.next()} />}
      {view.kind === "lost" && <LostItem lost={view} action={next} />}
      {view.kind === "empty" && (
        <EmptyState
          icon={IconChecks}
          title={view.hasNew ? t("empty.new") : t("empty.title")}
          description={view.hasNew ? t("empty.newDescription") : t("empty.description")}
          action={next}
        />
      )}
      {view.kind === "item" && (
        <DeskItem key={view.loaded.item.id} desk={desk} state={state} loaded={view.loaded} mayReopen={mayReopen} />
      )}
      {view.kind !== "item" && <LastDecision desk={desk} state={state} mayReopen={mayReopen} />}
    </>
  );
}

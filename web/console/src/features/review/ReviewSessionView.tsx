import { Button } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { useShortcuts } from "#/ui/shortcuts";
import { PageSkeleton } from "#/ui/skeletons";
import { ClaimLost } from "./ClaimLost";
import { LastDecision } from "./LastDecision";
import type { Queue } from "./queries";
import { ReviewSessionItem } from "./ReviewSessionItem";
import { UnsentDecisions } from "./UnsentDecisions";
import { useReviewSession } from "./use-review-session";

interface Props {
  readonly queue: Queue;
  readonly mayReopen: boolean;
  /** The id of the item that the address names. */
  readonly wanted?: string | undefined;
}

/** The review of one item after the other. */
export function ReviewSessionView({ queue, mayReopen, wanted }: Props) {
  const { t } = useTranslation(["review", "common"]);
  const { session, state } = useReviewSession(queue, mayReopen, wanted);
  const { view, unsent } = state;
  useShortcuts(t("title"), [
    { keys: "N", label: t("keys.next"), run: () => session.next() },
    { keys: "mod+Z", label: t("keys.undo"), run: () => session.undo() },
  ]);
  const next = (
    <Button onClick={() => session.next()} loading={state.isBusy}>
      {t("next")}
    </Button>
  );
  return (
    <>
      <UnsentDecisions unsent={unsent} session={session} />
      {view.kind === "loading" && <PageSkeleton />}
      {view.kind === "failed" && <ErrorState error={view.error} onRetry={() => session.next()} />}
      {view.kind === "lost" && <ClaimLost lost={view} action={next} />}
      {view.kind === "empty" && (
        <EmptyState
          icon={IconChecks}
          title={view.hasNew ? t("empty.new") : t("empty.title")}
          description={view.hasNew ? t("empty.newDescription") : t("empty.description")}
          action={next}
        />
      )}
      {view.kind === "item" && (
        <ReviewSessionItem
          key={view.loaded.item.id}
          session={session}
          state={state}
          loaded={view.loaded}
          mayReopen={mayReopen}
        />
      )}
      {view.kind !== "item" && <LastDecision session={session} state={state} mayReopen={mayReopen} />}
    </>
  );
}

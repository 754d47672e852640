import { Button, Group, Kbd } from "@mantine/core";
import { IconCheck, IconPencil, IconPlayerSkipForward, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { LastDecision } from "./LastDecision";
import type { ReviewSession, Snapshot } from "./review-session";
import classes from "./review.module.css";

interface Props {
  readonly session: ReviewSession;
  readonly state: Snapshot;
  readonly mayReopen: boolean;
  readonly isCorrecting: boolean;
  readonly onReject: () => void;
  readonly onCorrect: () => void;
}

/** The buttons of the decision, always in view. */
export function DecisionBar({ session, state, mayReopen, isCorrecting, onReject, onCorrect }: Props) {
  const { t } = useTranslation("review");
  const key = (name: string) => (
    <Kbd size="xs" className={classes.key}>
      {name}
    </Kbd>
  );
  return (
    <div className={classes.bar}>
      <Group gap="xs" role="group" aria-label={t("decision")}>
        <Button
          color="green"
          leftSection={<IconCheck size={16} aria-hidden />}
          rightSection={key("A")}
          disabled={state.isBusy}
          aria-label={t("approve")}
          aria-keyshortcuts="A"
          onClick={() => session.decide("approved")}
        >
          {t("approve")}
        </Button>
        <Button
          color="red"
          variant="outline"
          leftSection={<IconX size={16} aria-hidden />}
          rightSection={key("R")}
          disabled={state.isBusy}
          aria-label={t("rejectAsk")}
          aria-keyshortcuts="R"
          onClick={onReject}
        >
          {t("rejectAsk")}
        </Button>
        <Button
          variant={isCorrecting ? "light" : "default"}
          leftSection={<IconPencil size={16} aria-hidden />}
          rightSection={key("E")}
          aria-label={t("correct")}
          aria-keyshortcuts="E"
          aria-pressed={isCorrecting}
          onClick={onCorrect}
        >
          {t("correct")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlayerSkipForward size={16} aria-hidden />}
          rightSection={key("N")}
          disabled={state.isBusy}
          aria-label={t("skip")}
          aria-keyshortcuts="N"
          onClick={() => session.next()}
        >
          {t("skip")}
        </Button>
      </Group>
      <LastDecision session={session} state={state} mayReopen={mayReopen} />
    </div>
  );
}

import { Button, Kbd, Text } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import type { ReviewSession, Snapshot } from "./review-session";
import classes from "./review.module.css";

interface Props {
  readonly session: ReviewSession;
  readonly state: Snapshot;
  readonly mayReopen: boolean;
}

/** The latest decision with a button that undoes it, and the counts of the session. */
export function LastDecision({ session, state: { last, tally, notice, isBusy }, mayReopen }: Props) {
  const { t } = useTranslation(["review", "common"]);
  const { number } = useFormat();
  const count = tally.approved + tally.rejected;
  const mayUndo = last && (last.state === "waiting" || mayReopen);
  return (
    <div className={classes.last}>
      <Text size="sm" role="status" className={classes.lastText}>
        {notice && <span>{t(`notices.${notice}`)} </span>}
        {last && (
          <span>
            {t(`decided.${last.decision.verdict}`, { name: last.decision.item.original_filename })}{" "}
            {last.state !== "sent" && <span className={classes.dimmed}>{t(`decided.${last.state}`)} </span>}
          </span>
        )}
        {count > 0 && (
          <span className={classes.dimmed}>
            {t("tally", { count, approved: number(tally.approved), rejected: number(tally.rejected) })}
          </span>
        )}
      </Text>
      {mayUndo && (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconArrowBackUp size={16} aria-hidden />}
          rightSection={
            <Kbd size="xs" aria-hidden>
              Ctrl Z
            </Kbd>
          }
          disabled={isBusy}
          aria-keyshortcuts="Control+Z"
          onClick={() => session.undo()}
        >
          {t("common:undo")}
        </Button>
      )}
    </div>
  );
}

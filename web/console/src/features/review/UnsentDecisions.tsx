import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useErrorDescription } from "#/ui/use-error";
import type { ReviewSession, Unsent } from "./review-session";
import { useClaimLossMessage } from "./use-claim-loss-message";
import { WrittenText } from "./WrittenText";

interface Props {
  readonly unsent: readonly Unsent[];
  readonly session: ReviewSession;
}

/** The decisions that were not saved, each with the possible next steps. */
export function UnsentDecisions({ unsent, session }: Props) {
  return (
    <Stack gap="sm" mb={unsent.length > 0 ? "md" : 0}>
      {unsent.map((entry) => (
        <Entry key={entry.decision.item.id} entry={entry} session={session} />
      ))}
    </Stack>
  );
}

function Entry({
  entry: { decision, reason, lossReason, change, error },
  session,
}: {
  readonly entry: Unsent;
  readonly session: ReviewSession;
}) {
  const { t } = useTranslation(["review", "common"]);
  const why = useClaimLossMessage();
  const { id, original_filename: name } = decision.item;
  const hasText = decision.corrected !== null || decision.feedback !== "";
  return (
    <Alert
      color={reason === "failed" ? "red" : "yellow"}
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("unsent.title", { name })}
    >
      <Stack gap="xs">
        {reason === "failed" && <Cause error={error} />}
        {reason === "changed" && <Text size="sm">{t("unsent.changed")}</Text>}
        {reason === "lost" && lossReason && <Text size="sm">{why(lossReason, change)}</Text>}
        {reason === "lost" && hasText && <WrittenText draft={decision} />}
        <Group gap="xs">
          {reason === "failed" && (
            <Button size="compact-sm" onClick={() => session.retry()}>
              {t("common:tryAgain")}
            </Button>
          )}
          {reason === "changed" && (
            <Button size="compact-sm" onClick={() => session.reopen(id)}>
              {t("unsent.open")}
            </Button>
          )}
          <Button size="compact-sm" variant="default" onClick={() => session.dismiss(id)}>
            {t("unsent.dismiss")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function Cause({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  const description = useErrorDescription(error);
  if (!description) return null;
  const { title, detail, requestId } = description;
  return (
    <Text size="sm">
      {title}. {detail} {requestId && t("requestId", { id: requestId })}
    </Text>
  );
}

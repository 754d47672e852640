import type { Schema } from "@alta-data/client";
import { ActionIcon, Badge, Button, Card, Code, Group, Stack, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { Time } from "#/ui/Time";
import classes from "./administration.module.css";
import { payloadOf } from "./dead-letter";
import { useDeadLetters } from "./use-dead-letters";

type DeadLetter = Schema<"DeadLetter">;

/** The list of dead letters, each with its message. */
export function DeadLetters({ letters }: { readonly letters: readonly DeadLetter[] }) {
  const { t } = useTranslation("administration");
  const { replay, remove } = useDeadLetters();
  const [deleting, setDeleting] = useState<DeadLetter | null>(null);
  return (
    <section aria-label={t("deadLetters.title")}>
      <Stack gap="sm">
        {letters.map((letter) => (
          <Entry
            key={letter.id}
            letter={letter}
            isReplaying={replay.isPending && replay.variables === letter.id}
            onReplay={() => replay.mutate(letter.id)}
            onDelete={() => setDeleting(letter)}
          />
        ))}
      </Stack>
      <ConfirmDialog
        opened={deleting !== null}
        onClose={() => setDeleting(null)}
        title={t("deadLetters.deleteAsk")}
        confirm={t("deadLetters.delete")}
        onConfirm={() => remove.mutateAsync(deleting?.id ?? "")}
      >
        {t("deadLetters.deleteDescription")}
      </ConfirmDialog>
    </section>
  );
}

interface EntryProps {
  readonly letter: DeadLetter;
  readonly isReplaying: boolean;
  readonly onReplay: () => void;
  readonly onDelete: () => void;
}

function Entry({ letter, isReplaying, onReplay, onDelete }: EntryProps) {
  const { t } = useTranslation("administration");
  const [isOpen, setOpen] = useState(false);
  const { id, subscription, cause, created_at, delivery_attempts, replayable, attributes, message_id } = letter;
  const Symbol = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <Card withBorder padding="md" component="article" aria-label={subscription}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group wrap="nowrap" align="flex-start" gap="xs" className={classes.words}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-expanded={isOpen}
            aria-controls={`message-${id}`}
            aria-label={t("deadLetters.message")}
            onClick={() => setOpen(!isOpen)}
          >
            <Symbol size={16} aria-hidden />
          </ActionIcon>
          <div className={classes.words}>
            <Group gap="xs">
              <Text fw={550}>{subscription}</Text>
              {!replayable && <Badge color="gray">{t("deadLetters.notReplayable")}</Badge>}
            </Group>
            <Text size="sm" className={classes.cause}>
              {cause ?? t("deadLetters.unknownCause")}
            </Text>
            <Text size="xs" c="dimmed">
              <Time at={created_at} />
              {typeof delivery_attempts === "number" && ` · ${t("deadLetters.attempts", { count: delivery_attempts })}`}
            </Text>
          </div>
        </Group>
        <Group gap={4} wrap="nowrap">
          {replayable && (
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconRefresh size={14} aria-hidden />}
              loading={isReplaying}
              onClick={onReplay}
            >
              {t("deadLetters.replay")}
            </Button>
          )}
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t("deadLetters.delete")}
            title={t("deadLetters.delete")}
            onClick={onDelete}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      {isOpen && (
        <div id={`message-${id}`} className={classes.message}>
          <Text size="xs" c="dimmed">
            {t("deadLetters.messageId", { id: message_id })}
          </Text>
          <Code block>{JSON.stringify(attributes, null, 2)}</Code>
          <Code block>{payloadOf(letter)}</Code>
        </div>
      )}
    </Card>
  );
}

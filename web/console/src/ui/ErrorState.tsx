import { Button, Code, Group, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useErrorDescription } from "./use-error";
import classes from "./states.module.css";

interface Props {
  readonly error: unknown;
  /** Loads the content again. */
  readonly onRetry?: (() => void) | undefined;
}

/** Takes the place of content that could not be loaded: the problem's title, detail and request id. */
export function ErrorState({ error, onRetry }: Props) {
  const { t } = useTranslation();
  const description = useErrorDescription(error);
  if (!description) return null;
  const { title, detail, requestId } = description;
  return (
    <Stack className={classes.state} role="alert">
      <ThemeIcon size={44} radius="xl" variant="light" color="red">
        <IconAlertTriangle size={24} aria-hidden />
      </ThemeIcon>
      <Title order={2}>{title}</Title>
      {detail && (
        <Text c="dimmed" className={classes.text}>
          {detail}
        </Text>
      )}
      {requestId && (
        <Text size="xs" c="dimmed">
          {t("requestIdLabel")} <Code>{requestId}</Code>
        </Text>
      )}
      {onRetry && (
        <Group>
          <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={onRetry}>
            {t("tryAgain")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

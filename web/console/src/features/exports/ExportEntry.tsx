import "@mantine/core/styles/Progress.layer.css";
import { Badge, Button, Card, Group, Progress, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import { Time } from "#/ui/Time";
import { type Export, exportUrl } from "./queries";
import classes from "./exports.module.css";

interface Props {
  readonly entry: Export;
  /** True if the address names this export. */
  readonly isWanted: boolean;
}

/** One export: its progress, or its file. */
export function ExportEntry({ entry, isWanted }: Props) {
  const { t } = useTranslation("exports");
  const { bytes, dateTime } = useFormat();
  const { id, format, item_status, status, failure, size_bytes, created_at, kept_until } = entry;
  const name = t("name", { format: t(`formats.${format}`), items: t(`statuses.${nameOf(item_status)}`) });
  const download = useMutation({
    mutationFn: () => exportUrl(id),
    onSuccess: (url) => {
      // Cloud Storage serves the file as an attachment, so the page stays.
      if (url) location.assign(url);
    },
  });
  const button = useRef<HTMLButtonElement>(null);
  const isReady = status === "ready";
  useEffect(() => {
    if (isWanted && isReady) button.current?.focus();
  }, [isWanted, isReady]);
  return (
    <Card
      withBorder
      padding="md"
      component="article"
      aria-label={name}
      data-wanted={isWanted}
      className={classes.entry}
    >
      <Group justify="space-between">
        <div className={classes.words}>
          <Group gap="xs">
            <Text fw={550}>{name}</Text>
            {status === "failed" && <Badge color="red">{t("failed")}</Badge>}
          </Group>
          <Text size="sm" c="dimmed">
            <Time at={created_at} />
            {isReady && ` · ${bytes(size_bytes ?? 0)} · ${t("keptUntil", { at: dateTime(kept_until) })}`}
          </Text>
          {status === "failed" && <Text size="sm">{failure?.message ?? t("failedWithoutReason")}</Text>}
        </div>
        {isReady && (
          <Button
            ref={button}
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={download.isPending}
            aria-label={t("downloadOf", { name })}
            onClick={() => download.mutate()}
          >
            {t("download")}
          </Button>
        )}
      </Group>
      {status === "processing" && <Written entry={entry} name={name} />}
    </Card>
  );
}

function nameOf(status: Export["item_status"]) {
  return status && status !== "deleted" ? status : "all";
}

function Written({ entry: { progress }, name }: { readonly entry: Export; readonly name: string }) {
  const { t } = useTranslation("exports");
  const { number } = useFormat();
  const { done, total } = progress;
  const known = typeof total === "number" && total > 0;
  return (
    <>
      <Progress
        mt="sm"
        value={known ? Math.min(100, (100 * done) / total) : 100}
        animated
        striped={!known}
        aria-label={t("progressOf", { name })}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {known ? t("written", { done: number(done), total: number(total) }) : t("counting")}
      </Text>
    </>
  );
}

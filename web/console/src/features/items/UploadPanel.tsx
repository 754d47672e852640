import { ActionIcon, Button, Card, Group, Progress, Text, Title } from "@mantine/core";
import "@mantine/core/styles/Progress.layer.css";
import { IconCheck, IconPlayerPause, IconPlayerPlay, IconRefresh, IconX, type Icon } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import { AnchorLink } from "#/ui/links";
import { notifyProblem } from "#/ui/notify";
import { useErrorDescription } from "#/ui/use-error";
import classes from "./items.module.css";
import { isUnfinished, resumeAfterSignIn, uploadActions, type UploadEntry } from "./upload-list";

interface Props {
  readonly uploads: readonly UploadEntry[];
}

/** The uploads of this page: progress, pause, errors. They continue while the user visits other pages. */
export default function UploadPanel({ uploads }: Props) {
  const { t } = useTranslation("items");
  useEffect(() => {
    // The session may have ended while files were uploaded, and the user has signed in again.
    resumeAfterSignIn(uploads);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the page opens
  }, []);
  const unfinished = uploads.filter(isUnfinished);
  const done = uploads.filter(({ state }) => state === "done");
  const paused = unfinished.filter(({ state }) => state === "paused");
  const running = unfinished.filter(({ state }) => state !== "paused");
  const counted = [...unfinished, ...done];
  const total = counted.reduce((sum, upload) => sum + upload.total, 0);
  const sent = counted.reduce((sum, upload) => sum + upload.sent, 0);
  return (
    <Card withBorder padding="sm" mb="md" component="section" aria-labelledby="uploads">
      <Group justify="space-between" gap="xs" mb="xs">
        <Title order={2} size="h3" id="uploads">
          {t("uploads.title", { done: done.length, count: uploads.length })}
        </Title>
        <Group gap={4}>
          {running.length > 1 && (
            <Button size="compact-sm" variant="default" onClick={() => running.forEach(uploadActions.pause)}>
              {t("uploads.pauseAll")}
            </Button>
          )}
          {paused.length > 1 && (
            <Button size="compact-sm" variant="default" onClick={() => paused.forEach(uploadActions.resume)}>
              {t("uploads.resumeAll")}
            </Button>
          )}
          {unfinished.length < uploads.length && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => uploads.filter((upload) => !isUnfinished(upload)).forEach(uploadActions.dismiss)}
            >
              {t("uploads.clear")}
            </Button>
          )}
        </Group>
      </Group>
      {unfinished.length > 0 && (
        <Progress value={total > 0 ? (100 * sent) / total : 0} size="sm" mb="xs" aria-label={t("uploads.progress")} />
      )}
      <ul className={classes.uploads} aria-label={t("uploads.list")}>
        {uploads.map((upload) => (
          <UploadRow key={upload.key} upload={upload} />
        ))}
      </ul>
      <p className={classes.hidden} role="status">
        {t("uploads.title", { done: done.length, count: uploads.length })}
      </p>
    </Card>
  );
}

function UploadRow({ upload }: { readonly upload: UploadEntry }) {
  const { t } = useTranslation("items");
  const { bytes, percent } = useFormat();
  const { filename, state, sent, total, item } = upload;
  const isBroken = state === "failed" || state === "refused";
  return (
    <li className={classes.upload}>
      <div className={classes.uploadName}>
        {item && state === "done" ? (
          <AnchorLink to="/item" search={{ kind: item.kind, id: item.id }} size="sm" truncate>
            {filename}
          </AnchorLink>
        ) : (
          <Text size="sm" truncate>
            {filename}
          </Text>
        )}
        {isBroken && <Failure error={upload.error} />}
      </div>
      {!isBroken && (
        <Text size="xs" c="dimmed" className={classes.uploadState}>
          {state === "uploading"
            ? t("uploads.sent", { percent: percent(total > 0 ? sent / total : 0), total: bytes(total) })
            : t(`uploads.state.${state}`)}
        </Text>
      )}
      <Group gap={0} wrap="nowrap">
        {state === "done" && <IconCheck size={18} color="var(--mantine-color-green-7)" aria-hidden />}
        {(state === "waiting" || state === "uploading") && (
          <Action
            icon={IconPlayerPause}
            label={t("uploads.pause", { filename })}
            onClick={() => uploadActions.pause(upload)}
          />
        )}
        {state === "paused" && (
          <Action
            icon={IconPlayerPlay}
            label={t("uploads.resume", { filename })}
            onClick={() => uploadActions.resume(upload)}
          />
        )}
        {state === "failed" && (
          <Action
            icon={IconRefresh}
            label={t("uploads.retry", { filename })}
            onClick={() => uploadActions.resume(upload)}
          />
        )}
        <Action
          icon={IconX}
          label={t(state === "done" || state === "refused" ? "uploads.dismiss" : "uploads.cancel", { filename })}
          onClick={() => {
            if (state === "done" || state === "refused") uploadActions.dismiss(upload);
            else uploadActions.cancel(upload).catch(notifyProblem);
          }}
        />
      </Group>
    </li>
  );
}

function Failure({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  const description = useErrorDescription(error);
  if (!description) return null;
  const { title, detail, requestId } = description;
  return (
    <Text size="xs" c="var(--mantine-color-error)" role="alert">
      {[title, detail].filter(Boolean).join(": ")}
      {requestId && ` (${t("requestId", { id: requestId })})`}
    </Text>
  );
}

interface ActionProps {
  readonly icon: Icon;
  readonly label: string;
  readonly onClick: () => void;
}

function Action({ icon: Symbol, label, onClick }: ActionProps) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} onClick={onClick}>
      <Symbol size={16} aria-hidden />
    </ActionIcon>
  );
}

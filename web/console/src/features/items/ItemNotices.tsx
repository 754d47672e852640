import { acceptedFiles, type ItemWithText } from "@alta-data/client";
import { Alert, Button, FileButton, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCopy, IconFileUpload, IconMessage, IconUpload } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { AnchorLink } from "#/ui/links";
import { useRights } from "./rights";
import { startUploads, useUploads } from "./upload-list";

const UploadPanel = lazy(() => import("./UploadPanel"));

interface Props {
  readonly item: ItemWithText;
}

/** Notices about a failure, a rejection or a missing file. Each says what to do. */
export function ItemNotices({ item }: Props) {
  const { t } = useTranslation("items");
  const { status, failure, feedback, duplicate_of, kind, project_id } = item;
  const { id: userId } = useMe();
  const { mayChange } = useRights(project_id);
  const uploads = useUploads(userId, project_id).filter(({ replaces }) => replaces === item.id);
  const canUpload = ["draft", "failed", "rejected"].includes(status) && mayChange(item);
  return (
    <>
      {duplicate_of && (
        <Alert mb="md" color="gray" icon={<IconCopy aria-hidden />} title={t("notices.duplicate")}>
          <AnchorLink to="/item" search={{ kind, id: duplicate_of }} underline="always">
            {t("notices.original")}
          </AnchorLink>
        </Alert>
      )}
      {status === "failed" && failure && (
        <Alert mb="md" color="red" icon={<IconAlertTriangle aria-hidden />} title={t("notices.failed")}>
          {failure.message}
        </Alert>
      )}
      {status === "rejected" && feedback && (
        <Alert mb="md" color="yellow" icon={<IconMessage aria-hidden />} title={t("notices.rejected")}>
          {feedback}
        </Alert>
      )}
      {status === "draft" && (
        <Alert mb="md" color="blue" icon={<IconFileUpload aria-hidden />} title={t("notices.draft")}>
          {canUpload ? t("notices.draftUpload") : t("notices.draftWait")}
        </Alert>
      )}
      {canUpload && (
        <Group mb="md" gap="sm">
          <FileButton
            accept={acceptedFiles(kind)}
            onChange={(file) => {
              if (file) startUploads([file], { userId, projectId: project_id, itemId: item.id });
            }}
            inputProps={{ "aria-label": t("notices.upload") }}
          >
            {(props) => (
              <Button {...props} leftSection={<IconUpload size={16} aria-hidden />}>
                {t("notices.upload")}
              </Button>
            )}
          </FileButton>
          <Text size="sm" c="dimmed">
            {t("notices.uploadHelp")}
          </Text>
        </Group>
      )}
      <Suspense>{uploads.length > 0 && <UploadPanel uploads={uploads} />}</Suspense>
    </>
  );
}

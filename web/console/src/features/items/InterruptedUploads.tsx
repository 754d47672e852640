import type { InterruptedUpload } from "@alta-data/client";
import { Alert, Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useFormat } from "#/ui/format";
import { interruptedKey } from "./interrupted";

interface Props {
  readonly projectId: string;
  readonly uploads: readonly InterruptedUpload[];
  readonly onFiles: (files: readonly File[]) => void;
}

/** The uploads that a reload interrupted. Each continues when the user chooses the same file again. */
export default function InterruptedUploads({ projectId, uploads, onFiles }: Props) {
  const { t } = useTranslation("items");
  const { bytes } = useFormat();
  const queryClient = useQueryClient();
  const queryKey = interruptedKey(projectId);
  const discard = useMutation({
    mutationFn: (upload: InterruptedUpload) => alta.uploads.discard(upload),
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <Alert
      mb="md"
      color="yellow"
      icon={<IconPlugConnectedX aria-hidden />}
      title={t("interrupted.title", { count: uploads.length })}
    >
      <Stack gap="xs">
        <Text size="sm">{t("interrupted.description")}</Text>
        {uploads.map((upload) => (
          <Group key={upload.item_id} justify="space-between" gap="xs">
            <Text size="sm" fw={550}>
              {upload.filename} ({bytes(upload.size_bytes)})
            </Text>
            <Group gap={4}>
              <FileButton multiple onChange={onFiles} inputProps={{ "aria-label": t("interrupted.choose") }}>
                {(props) => (
                  <Button {...props} size="compact-sm">
                    {t("interrupted.choose")}
                  </Button>
                )}
              </FileButton>
              <Button size="compact-sm" variant="default" onClick={() => discard.mutate(upload)}>
                {t("interrupted.discard")}
              </Button>
            </Group>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}

import { Button, Stack, Textarea } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { notifyProblem, notifySuccess } from "#/ui/notify";
import type { Draft } from "./drafts";

/** The text that a reviewer wrote for an item that they no longer hold, to be copied. */
export function WrittenText({ draft: { corrected, feedback } }: { readonly draft: Draft }) {
  const { t } = useTranslation("review");
  if (corrected === null && !feedback) return null;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText([corrected, feedback].filter(Boolean).join("\n\n"));
      notifySuccess(t("written.copied"));
    } catch (error) {
      notifyProblem(error);
    }
  };
  return (
    <Stack gap="xs" align="flex-start">
      {corrected !== null && <Textarea w="100%" label={t("written.corrected")} value={corrected} rows={6} readOnly />}
      {feedback && <Textarea w="100%" label={t("written.feedback")} value={feedback} rows={3} readOnly />}
      <Button variant="default" size="xs" leftSection={<IconCopy size={14} aria-hidden />} onClick={() => void copy()}>
        {t("written.copy")}
      </Button>
    </Stack>
  );
}

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { saveFile } from "#/ui/save-file";
import { Section } from "./Section";

/** Downloads everything that the platform holds about the user. */
export function ExportData() {
  const { t } = useTranslation("account");
  const download = useMutation({
    mutationFn: () => alta.get("/users/me/export"),
    onSuccess: (data) =>
      saveFile(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }), "alta-data-account.json"),
  });
  return (
    <Section
      title={t("data.title")}
      description={t("data.description")}
      actions={
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          loading={download.isPending}
          onClick={() => download.mutate()}
        >
          {t("data.submit")}
        </Button>
      }
    />
  );
}

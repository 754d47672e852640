import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { Section } from "./Section";

/** Downloads everything that the platform holds about the user. */
export function ExportData() {
  const { t } = useTranslation("account");
  const download = useMutation({
    mutationFn: () => alta.get("/users/me/export"),
    onSuccess: (data) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
      link.download = "alta-data-account.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
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

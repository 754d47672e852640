import type { Schema } from "@alta-data/client";
import { Button, Card, Title } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { oneOf } from "#/app/search";
import { NativeSelectField } from "#/ui/NativeSelectField";
import { notifySuccess } from "#/ui/notify";
import classes from "./exports.module.css";

const FORMATS = ["csv", "ndjson"] as const satisfies readonly Schema<"ExportFormat">[];
const STATUSES = ["approved", "rejected", "pending_review", "processing", "failed", "draft"] as const;

/** The form that requests an export. */
export function CreateExport({ projectId: project_id }: { readonly projectId: string }) {
  const { t } = useTranslation("exports");
  const queryClient = useQueryClient();
  const [format, setFormat] = useState<(typeof FORMATS)[number]>("csv");
  const [status, setStatus] = useState<(typeof STATUSES)[number] | null>(null);
  // A request whose answer was lost creates the export once.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const create = useMutation({
    mutationFn: () =>
      alta.post("/exports", {
        params: { header: { "Idempotency-Key": key } },
        body: { project_id, format, ...(status && { status }) },
      }),
    onSuccess: async () => {
      setKey(crypto.randomUUID());
      notifySuccess(t("create.done"));
      await queryClient.invalidateQueries({ queryKey: ["exports", project_id] });
    },
  });
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="create-export">
      <Title order={2} id="create-export" mb="sm">
        {t("create.title")}
      </Title>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <NativeSelectField
          label={t("create.format")}
          value={format}
          data={FORMATS.map((value) => ({ value, label: t(`formats.${value}`) }))}
          onChange={(value) => {
            setFormat(oneOf(FORMATS, value) ?? "csv");
            setKey(crypto.randomUUID());
          }}
        />
        <NativeSelectField
          label={t("create.items")}
          value={status ?? "all"}
          data={[
            { value: "all", label: t("statuses.all") },
            ...STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) })),
          ]}
          onChange={(value) => {
            setStatus(oneOf(STATUSES, value) ?? null);
            setKey(crypto.randomUUID());
          }}
        />
        <Button type="submit" loading={create.isPending} leftSection={<IconFileExport size={16} aria-hidden />}>
          {t("create.submit")}
        </Button>
      </form>
    </Card>
  );
}

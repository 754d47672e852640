import type { Schema } from "@alta-data/client";
import { Card, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import classes from "./analytics.module.css";
import { sum } from "./series";

/** The figures at a glance. */
export function Figures({ summary }: { readonly summary: Schema<"Summary"> }) {
  const { t } = useTranslation("analytics");
  const { number, percent } = useFormat();
  const { totals, daily, pages, voice_minutes, mean_confidence } = summary;
  const [uploaded, approved, rejected] = [sum(daily, "uploaded"), sum(daily, "approved"), sum(daily, "rejected")];
  const decided = approved + rejected;
  const confidence = (value: number | null | undefined) => (value ? percent(value) : "–");
  const figures = [
    {
      name: t("figures.pending"),
      value: number(totals.documents.pending_review + totals.voice.pending_review),
      detail: t("figures.now"),
    },
    {
      name: t("figures.uploaded"),
      value: number(uploaded),
      detail: t("figures.perDay", { value: number(Math.round((10 * uploaded) / Math.max(1, daily.length)) / 10) }),
    },
    {
      name: t("figures.decided"),
      value: number(decided),
      detail: decided > 0 ? t("figures.approved", { value: percent(approved / decided) }) : t("figures.none"),
    },
    { name: t("figures.pages"), value: number(pages), detail: t("figures.processed") },
    {
      name: t("figures.minutes"),
      value: number(Math.round(voice_minutes * 10) / 10),
      detail: t("figures.transcribed"),
    },
    {
      name: t("figures.confidence"),
      value: confidence(mean_confidence.documents),
      detail: t("figures.voiceConfidence", { value: confidence(mean_confidence.voice) }),
    },
  ];
  return (
    <dl className={classes.figures}>
      {figures.map(({ name, value, detail }) => (
        <Card key={name} withBorder padding="md" className={classes.figure}>
          <dt>{name}</dt>
          <dd>
            <span className={classes.value}>{value}</span>
            <Text component="span" size="xs" c="dimmed">
              {detail}
            </Text>
          </dd>
        </Card>
      ))}
    </dl>
  );
}

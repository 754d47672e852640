import type { Schema } from "@alta-data/client";
import { Card, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import classes from "./analytics.module.css";
import { duration } from "./duration";

/** The durations of processing and of decisions. */
export function Durations({ summary }: { readonly summary: Schema<"Summary"> }) {
  const { t } = useTranslation("analytics");
  const { number } = useFormat();
  const { time_to_text, time_to_decision } = summary;
  const rows = [
    { name: t("durations.text"), durations: time_to_text },
    { name: t("durations.decision"), durations: time_to_decision },
  ];
  const value = (seconds: number | null | undefined) => (typeof seconds === "number" ? duration(seconds) : "–");
  return (
    <Card withBorder padding="md" component="section" aria-labelledby="durations" className={classes.card}>
      <Title order={2} id="durations" mb="sm">
        {t("durations.title")}
      </Title>
      <div className={classes.table} tabIndex={0} role="group" aria-labelledby="durations">
        <Table aria-labelledby="durations" miw={360}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("durations.step")}</Table.Th>
              <Table.Th>{t("durations.median")}</Table.Th>
              <Table.Th>{t("durations.p90")}</Table.Th>
              <Table.Th>{t("durations.count")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ name, durations: { count, median_seconds, p90_seconds } }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td>{value(median_seconds)}</Table.Td>
                <Table.Td>{value(p90_seconds)}</Table.Td>
                <Table.Td>{number(count)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Text size="xs" c="dimmed" mt="xs">
        {t("durations.description")}
      </Text>
    </Card>
  );
}

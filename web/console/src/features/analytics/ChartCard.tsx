import { Button, Card, Group, Table, Title } from "@mantine/core";
import { IconChartBar, IconTable } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./analytics.module.css";

interface Props {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The chart, which the table replaces. */
  readonly children: ReactNode;
}

/** A chart, which can be read as a table. */
export function ChartCard({ title, columns, rows, children }: Props) {
  const { t } = useTranslation("analytics");
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const Symbol = asTable ? IconChartBar : IconTable;
  return (
    <Card withBorder padding="md" component="section" aria-labelledby={id} className={classes.card}>
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Title order={2} id={id}>
          {title}
        </Title>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<Symbol size={16} aria-hidden />}
          aria-label={t(asTable ? "chartOf" : "tableOf", { title })}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? "chart" : "table")}
        </Button>
      </Group>
      {asTable ? (
        // It is scrolled by keyboard.
        <div className={classes.table} tabIndex={0} role="group" aria-labelledby={id}>
          <Table aria-labelledby={id} miw={360}>
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Th key={column}>{column}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((cells, row) => (
                <Table.Tr key={row}>
                  {cells.map((cell, column) =>
                    column === 0 ? (
                      <Table.Th key={column} scope="row">
                        {cell}
                      </Table.Th>
                    ) : (
                      <Table.Td key={column}>{cell}</Table.Td>
                    ),
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ) : (
        children
      )}
    </Card>
  );
}

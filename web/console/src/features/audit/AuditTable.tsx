import type { Schema } from "@alta-data/client";
import { ActionIcon, Badge, Card, Code, Table, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconHistory } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "#/ui/EmptyState";
import { TableScroll } from "#/ui/TableScroll";
import { Time } from "#/ui/Time";
import classes from "./audit.module.css";

type Entry = Schema<"AuditLog">;

const COLORS: Record<Schema<"AuditStatus">, string> = { success: "green", failure: "yellow", denied: "red" };

interface Props {
  readonly entries: readonly Entry[];
  /** Returns the name of a user, or a link with their id. */
  readonly actor: (userId: string) => ReactNode;
}

/** The entries of an audit log, newest first. */
export function AuditTable({ entries, actor }: Props) {
  const { t } = useTranslation("audit");
  if (entries.length === 0) {
    return <EmptyState icon={IconHistory} title={t("empty.title")} description={t("empty.description")} />;
  }
  return (
    <Card withBorder padding={0} component="section" aria-label={t("entries")}>
      <TableScroll minWidth={640}>
        <Table verticalSpacing="xs" horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={48}>
                <span className={classes.hidden}>{t("details")}</span>
              </Table.Th>
              <Table.Th w={150}>{t("time")}</Table.Th>
              <Table.Th>{t("action")}</Table.Th>
              <Table.Th>{t("actor")}</Table.Th>
              <Table.Th w={110}>{t("outcome")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} actor={actor} />
            ))}
          </Table.Tbody>
        </Table>
      </TableScroll>
    </Card>
  );
}

function Row({ entry, actor }: { readonly entry: Entry; readonly actor: Props["actor"] }) {
  const { t } = useTranslation("audit");
  const [isOpen, setOpen] = useState(false);
  const { id, action, status, created_at, actor_user_id } = entry;
  const Symbol = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <>
      <Table.Tr>
        <Table.Td>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-expanded={isOpen}
            aria-controls={`details-${id}`}
            aria-label={t("detailsOf", { action })}
            onClick={() => setOpen(!isOpen)}
          >
            <Symbol size={16} aria-hidden />
          </ActionIcon>
        </Table.Td>
        <Table.Td>
          <Time at={created_at} />
        </Table.Td>
        <Table.Td>
          <Code>{action}</Code>
        </Table.Td>
        <Table.Td>{actor_user_id ? actor(actor_user_id) : <Text c="dimmed">{t("system")}</Text>}</Table.Td>
        <Table.Td>
          <Badge color={COLORS[status]}>{t(`outcomes.${status}`)}</Badge>
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr id={`details-${id}`}>
          <Table.Td colSpan={5}>
            <Details entry={entry} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function Details({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation("audit");
  const { id, resource_type, resource_id, project_id, ip_address, user_agent, metadata, details } = entry;
  const facts = [
    [t("resource"), [resource_type, resource_id].filter(Boolean).join(" ")],
    [t("project"), project_id],
    [t("address"), ip_address],
    [t("agent"), user_agent],
    [t("entryId"), id],
  ];
  const values = { ...metadata, ...details };
  return (
    <div className={classes.details}>
      <dl>
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {Object.keys(values).length > 0 && <Code block>{JSON.stringify(values, null, 2)}</Code>}
    </div>
  );
}

import type { Schema } from "@alta-data/client";
import { Anchor, Avatar, Badge, Card, Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { TableScroll } from "#/ui/TableScroll";
import { Time } from "#/ui/Time";
import classes from "./administration.module.css";

interface Props {
  readonly users: readonly Schema<"User">[];
  readonly onOpen: (userId: string) => void;
}

/** The table of users. A click on a name opens the user. */
export function UsersTable({ users, onOpen }: Props) {
  const { t } = useTranslation("administration");
  return (
    <Card withBorder padding={0} component="section" aria-label={t("users.title")}>
      <TableScroll minWidth={560}>
        <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("users.user")}</Table.Th>
              <Table.Th w={150}>{t("users.role")}</Table.Th>
              <Table.Th w={180}>{t("users.status")}</Table.Th>
              <Table.Th w={150}>{t("users.created")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {users.map(({ id, display_name, email, global_role, status, is_verified, created_at }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Group gap="sm" wrap="nowrap">
                    <Avatar name={display_name ?? email} color="initials" size={34} aria-hidden />
                    <div className={classes.words}>
                      <Anchor component="button" type="button" size="sm" fw={550} onClick={() => onOpen(id)}>
                        {display_name ?? email}
                      </Anchor>
                      <Text size="xs" c="dimmed" truncate>
                        {email}
                      </Text>
                    </div>
                  </Group>
                </Table.Td>
                <Table.Td>{t(`users.roles.${global_role}`)}</Table.Td>
                <Table.Td>
                  <Group gap={6}>
                    <Badge color={status === "active" ? "green" : "red"}>{t(`users.statuses.${status}`)}</Badge>
                    {!is_verified && <Badge color="yellow">{t("users.isUnverified")}</Badge>}
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Time at={created_at} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableScroll>
    </Card>
  );
}

import type { Schema } from "@alta-data/client";
import { ActionIcon, Avatar, Badge, Card, Group, Table, Text } from "@mantine/core";
import { IconDoorExit, IconUserMinus } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useMe } from "#/api/session";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { TableScroll } from "#/ui/TableScroll";
import { notifySuccess } from "#/ui/notify";
import { RowsSkeleton } from "#/ui/skeletons";
import { Time } from "#/ui/Time";
import classes from "./members.module.css";
import { membersQuery } from "./queries";
import { useChangeRole } from "./use-change-role";

const RoleSelect = lazy(async () => ({ default: (await import("./RoleSelect")).RoleSelect }));

interface Props {
  readonly projectId: string;
  readonly mayChange: boolean;
}

/** The table of members. Project admins change roles in it. */
export function Members({ projectId, mayChange }: Props) {
  const { t } = useTranslation("members");
  const list = useInfiniteQuery(membersQuery(projectId));
  const me = useMe();
  const changeRole = useChangeRole(projectId);
  const [removing, setRemoving] = useState<Schema<"Member"> | null>(null);
  if (list.isPending) return <RowsSkeleton rows={3} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <Card withBorder padding={0} component="section" aria-label={t("title")}>
      <TableScroll minWidth={520}>
        <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("columns.member")}</Table.Th>
              <Table.Th w={190}>{t("columns.role")}</Table.Th>
              <Table.Th w={150}>{t("columns.joined")}</Table.Th>
              {mayChange && (
                <Table.Th w={56}>
                  <span className={classes.hidden}>{t("columns.actions")}</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.data.map((member) => {
              const { user_id, display_name, email, role, joined_at } = member;
              const name = display_name ?? email;
              const isMe = user_id === me.id;
              return (
                <Table.Tr key={user_id}>
                  <Table.Td>
                    <Group gap="sm" wrap="nowrap">
                      <Avatar name={name} color="initials" size={34} aria-hidden />
                      <div className={classes.person}>
                        <Group gap={6} wrap="nowrap">
                          <Text size="sm" fw={550} truncate>
                            {name}
                          </Text>
                          {isMe && <Badge color="gray">{t("you")}</Badge>}
                        </Group>
                        {display_name && (
                          <Text size="xs" c="dimmed" truncate>
                            {email}
                          </Text>
                        )}
                      </div>
                    </Group>
                  </Table.Td>
                  <Table.Td>
                    {mayChange ? (
                      <Suspense fallback={t(`roles.${role}`)}>
                        <RoleSelect
                          label={t("roleOf", { name })}
                          value={role}
                          onChange={(next) => changeRole(member, next)}
                        />
                      </Suspense>
                    ) : (
                      t(`roles.${role}`)
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Time at={joined_at} />
                  </Table.Td>
                  {mayChange && (
                    <Table.Td>
                      <ActionIcon
                        variant="subtle"
                        color="red"
                        aria-label={isMe ? t("leave.submit") : t("removeNamed", { name })}
                        title={isMe ? t("leave.submit") : t("remove.submit")}
                        onClick={() => setRemoving(member)}
                      >
                        {isMe ? <IconDoorExit size={18} aria-hidden /> : <IconUserMinus size={18} aria-hidden />}
                      </ActionIcon>
                    </Table.Td>
                  )}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </TableScroll>
      <LoadMore list={list} />
      <RemoveMember projectId={projectId} member={removing} onClose={() => setRemoving(null)} />
    </Card>
  );
}

interface RemoveProps {
  readonly projectId: string;
  readonly member: Schema<"Member"> | null;
  readonly onClose: () => void;
}

function RemoveMember({ projectId: project_id, member, onClose }: RemoveProps) {
  const { t } = useTranslation("members");
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const isMe = useMe().id === member?.user_id;
  const name = member?.display_name ?? member?.email ?? "";
  const words = isMe ? "leave" : "remove";
  const remove = useMutation({
    mutationFn: (user_id: string) =>
      alta.delete("/projects/{project_id}/members/{user_id}", { params: { path: { project_id, user_id } } }),
    onSuccess: async () => {
      notifySuccess(t(`${words}.done`, { name }));
      if (isMe) {
        await navigate({ to: "/" });
        queryClient.removeQueries({ queryKey: ["project", project_id] });
        await queryClient.invalidateQueries({ queryKey: ["projects"] });
      } else {
        await queryClient.invalidateQueries({ queryKey: ["members", project_id] });
      }
    },
  });
  return (
    <ConfirmDialog
      opened={member !== null}
      onClose={onClose}
      title={t(`${words}.ask`, { name })}
      confirm={t(`${words}.submit`)}
      onConfirm={() => remove.mutateAsync(member?.user_id ?? "")}
    >
      {t(`${words}.description`)}
    </ConfirmDialog>
  );
}

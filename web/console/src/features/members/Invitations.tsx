import type { Schema } from "@alta-data/client";
import { Badge, Button, Card, Group, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { TableScroll } from "#/ui/TableScroll";
import { notifySuccess } from "#/ui/notify";
import { RowsSkeleton } from "#/ui/skeletons";
import { Time } from "#/ui/Time";
import classes from "./members.module.css";
import { invitationsQuery } from "./queries";

type Invitation = Schema<"Invitation">;

/** The invitations that are open or have expired. */
export function Invitations({ projectId }: { readonly projectId: string }) {
  const { t } = useTranslation("members");
  const list = useInfiniteQuery(invitationsQuery(projectId));
  if (list.isPending) return <RowsSkeleton rows={2} />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const shown = list.data.filter(({ status }) => status === "open" || status === "expired");
  return (
    <section aria-labelledby="invitations">
      <Title order={2} id="invitations" mb="sm">
        {t("invitations.title")}
      </Title>
      {shown.length === 0 ? (
        <Text c="dimmed">{t("invitations.none")}</Text>
      ) : (
        <Card withBorder padding={0}>
          <TableScroll minWidth={520}>
            <Table verticalSpacing="sm" horizontalSpacing="md">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("invitations.address")}</Table.Th>
                  <Table.Th>{t("columns.role")}</Table.Th>
                  <Table.Th>{t("invitations.expires")}</Table.Th>
                  <Table.Th>
                    <span className={classes.hidden}>{t("columns.actions")}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {shown.map((invitation) => (
                  <Row key={invitation.id} invitation={invitation} />
                ))}
              </Table.Tbody>
            </Table>
          </TableScroll>
        </Card>
      )}
      <LoadMore list={list} />
    </section>
  );
}

function Row({
  invitation: { id: invitation_id, project_id, email, role, status, expires_at },
}: {
  invitation: Invitation;
}) {
  const { t } = useTranslation("members");
  const queryClient = useQueryClient();
  const params = { path: { project_id, invitation_id } };
  const reload = () => queryClient.invalidateQueries({ queryKey: ["invitations", project_id] });
  const resend = useMutation({
    mutationFn: () => alta.post("/projects/{project_id}/invitations/{invitation_id}/resend", { params }),
    onSuccess: () => {
      notifySuccess(t("invite.done", { email }));
      return reload();
    },
  });
  const revoke = useMutation({
    mutationFn: () => alta.delete("/projects/{project_id}/invitations/{invitation_id}", { params }),
    onSuccess: () => {
      notifySuccess(t("invitations.revoked", { email }));
      return reload();
    },
  });
  return (
    <Table.Tr>
      <Table.Td>{email}</Table.Td>
      <Table.Td>{t(`roles.${role}`)}</Table.Td>
      <Table.Td>
        {status === "expired" ? <Badge color="yellow">{t("invitations.expired")}</Badge> : <Time at={expires_at} />}
      </Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="subtle"
            loading={resend.isPending}
            aria-label={t("invitations.resendTo", { email })}
            onClick={() => resend.mutate()}
          >
            {t("invitations.resend")}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            loading={revoke.isPending}
            aria-label={t("invitations.revokeOf", { email })}
            onClick={() => revoke.mutate()}
          >
            {t("invitations.revoke")}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

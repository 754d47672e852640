import "#/styles/dialogs";
import type { Schema } from "@alta-data/client";
import { Badge, Button, Divider, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { oneOf } from "#/app/search";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { ErrorState } from "#/ui/ErrorState";
import { AnchorLink, ButtonLink } from "#/ui/links";
import { NativeSelectField } from "#/ui/NativeSelectField";
import { RowsSkeleton } from "#/ui/skeletons";
import { Time } from "#/ui/Time";
import classes from "./administration.module.css";
import { userQuery } from "./queries";
import { ROLES } from "./routes";
import { useUpdateUser } from "./use-update-user";

interface Props {
  readonly userId: string;
  readonly onClose: () => void;
}

/** One user: role, status, and memberships. */
export default function UserDrawer({ userId, onClose }: Props) {
  const { t } = useTranslation(["administration", "common"]);
  const user = useQuery(userQuery(userId));
  return (
    <Drawer
      opened
      position="right"
      onClose={onClose}
      title={user.data?.display_name ?? user.data?.email ?? t("users.user")}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      {user.isPending && <RowsSkeleton rows={3} />}
      {user.isError && <ErrorState error={user.error} onRetry={() => void user.refetch()} />}
      {user.data && <Details user={user.data} />}
    </Drawer>
  );
}

function Details({ user }: { readonly user: Schema<"UserDetail"> }) {
  const { t } = useTranslation("administration");
  const { id, email, status, is_verified, created_at, last_seen_at, memberships } = user;
  return (
    <Stack>
      <Group gap="xs">
        <Badge color={status === "active" ? "green" : "red"}>{t(`users.statuses.${status}`)}</Badge>
        <Badge color={is_verified ? "green" : "yellow"}>
          {is_verified ? t("users.isVerified") : t("users.isUnverified")}
        </Badge>
      </Group>
      <dl className={classes.facts}>
        <dt>{t("users.email")}</dt>
        <dd>{email}</dd>
        <dt>{t("users.created")}</dt>
        <dd>
          <Time at={created_at} />
        </dd>
        <dt>{t("users.lastSeen")}</dt>
        <dd>{last_seen_at ? <Time at={last_seen_at} /> : "–"}</dd>
      </dl>
      <Change user={user} />
      <Divider />
      <Title order={3}>{t("users.memberships")}</Title>
      {memberships.length === 0 && <Text c="dimmed">{t("users.noMemberships")}</Text>}
      <ul className={classes.memberships}>
        {memberships.map(({ project_id, project_name, role }) => (
          <li key={project_id}>
            <AnchorLink to="/project" search={{ id: project_id }}>
              {project_name}
            </AnchorLink>{" "}
            <Text component="span" size="sm" c="dimmed">
              {t(`users.projectRoles.${role}`)}
            </Text>
          </li>
        ))}
      </ul>
      <ButtonLink
        to="/administration/audit-log"
        search={{ actor: id }}
        variant="default"
        leftSection={<IconHistory size={16} aria-hidden />}
      >
        {t("users.activity")}
      </ButtonLink>
    </Stack>
  );
}

function Change({ user }: { readonly user: Schema<"UserDetail"> }) {
  const { t } = useTranslation("administration");
  const { display_name, email, global_role, status } = user;
  const [isSuspending, { open, close }] = useDisclosure();
  const update = useUpdateUser(user);
  const name = display_name ?? email;
  return (
    <>
      <NativeSelectField
        label={t("users.globalRole")}
        value={global_role}
        data={ROLES.map((value) => ({ value, label: t(`users.roles.${value}`) }))}
        onChange={(value) => {
          const role = oneOf(ROLES, value);
          if (role && role !== global_role) update.changeRole(role);
        }}
      />
      {status === "active" ? (
        <Button color="red" variant="outline" onClick={open}>
          {t("users.suspend")}
        </Button>
      ) : (
        <Button variant="default" onClick={update.restore}>
          {t("users.restore")}
        </Button>
      )}
      <ConfirmDialog
        opened={isSuspending}
        onClose={close}
        title={t("users.suspendAsk", { name })}
        confirm={t("users.suspend")}
        onConfirm={update.suspend}
      >
        {t("users.suspendDescription")}
      </ConfirmDialog>
    </>
  );
}

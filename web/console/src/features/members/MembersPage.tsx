import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { useProject } from "#/features/projects/queries";
import { PageHeader } from "#/ui/PageHeader";
import { Invitations } from "./Invitations";
import { Members } from "./Members";

const InviteMember = lazy(() => import("./InviteMember"));

/** The members of a project, and for its admins the invitations. */
export default function MembersPage() {
  const { t } = useTranslation("members");
  const { id, role } = useProject();
  const { global_role } = useMe();
  const [inviting, { open, close }] = useDisclosure();
  const mayChange = role === "admin" || global_role === "super_admin";
  const invite = (
    <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={open}>
      {t("invite.open")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={mayChange && invite} />
      <Stack gap="xl">
        <Members projectId={id} mayChange={mayChange} />
        {mayChange && <Invitations projectId={id} />}
      </Stack>
      <Suspense>{inviting && <InviteMember projectId={id} onClose={close} />}</Suspense>
    </>
  );
}

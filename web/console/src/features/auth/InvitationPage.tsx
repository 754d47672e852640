import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconLinkOff } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { Trans, useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { queryClient } from "#/api/query-client";
import { meQuery, useSignedIn } from "#/api/session";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { notifySuccess } from "#/ui/notify";
import { RowsSkeleton } from "#/ui/skeletons";
import classes from "./auth.module.css";
import { AuthPage } from "./AuthPage";
import { saveInvitation, savedInvitation } from "./saved-invitation";
import { useUrlToken } from "./use-url-token";
import { AnchorLink, ButtonLink } from "#/ui/links";

/** Shows an invitation, which its addressee accepts after a sign-in. */
export default function InvitationPage() {
  const { t } = useTranslation("auth");
  const token = useUrlToken() ?? savedInvitation();
  if (token === undefined) {
    return <EmptyState isPage icon={IconLinkOff} title={t("noToken.title")} description={t("noToken.description")} />;
  }
  return <Invitation token={token} />;
}

function Invitation({ token }: { readonly token: string }) {
  const { t } = useTranslation("auth");
  const signedIn = useSignedIn();
  const { data: invitation, error } = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => alta.get("/invitations/{token}", { params: { path: { token } }, signal }),
  });
  const { data: me } = useQuery({ ...meQuery, enabled: signedIn === true });
  useEffect(() => {
    void alta.session.restore().catch(() => false);
  }, []);
  useEffect(() => saveInvitation(error ? null : token), [error, token]);

  if (error) return <ErrorState error={error} />;
  if (!invitation) return <RowsSkeleton rows={3} />;
  const { project_name, invited_by, role, email } = invitation;
  const description = (
    <Trans
      t={t}
      i18nKey={invited_by ? "invitation.by" : "invitation.bySomebody"}
      values={{ name: invited_by, role: t(`roles.${role}`) }}
      components={{ role: <span className={classes.role} /> }}
    />
  );
  return (
    <AuthPage title={t("invitation.title", { project: project_name })} description={description}>
      {signedIn && me ? (
        <Accept token={token} email={email} signedInAs={me.email} />
      ) : (
        <Stack>
          <Text>{t("invitation.strangers", { email })}</Text>
          <ButtonLink to="/sign-up" search={{ email, return_to: "/invitation" }} fullWidth>
            {t("signUp.submit")}
          </ButtonLink>
          <ButtonLink to="/sign-in" search={{ return_to: "/invitation" }} variant="default" fullWidth>
            {t("toSignIn")}
          </ButtonLink>
        </Stack>
      )}
    </AuthPage>
  );
}

interface AcceptProps {
  readonly token: string;
  readonly email: string;
  readonly signedInAs: string;
}

function Accept({ token, email, signedInAs }: AcceptProps) {
  const { t } = useTranslation("auth");
  const navigate = useNavigate();
  const accept = useMutation({
    mutationFn: () => alta.post("/invitations/{token}/accept", { params: { path: { token } } }),
    onSuccess: async ({ project_id, project_name }) => {
      saveInvitation(null);
      notifySuccess(t("invitation.accepted", { project: project_name }));
      await queryClient.invalidateQueries({ queryKey: ["projects"] });
      await navigate({ to: "/project", search: { id: project_id } });
    },
  });
  if (signedInAs.toLowerCase() !== email.toLowerCase()) {
    return (
      <Alert color="yellow" title={t("invitation.otherAccount")}>
        <Stack gap="sm">
          {t("invitation.otherAccountDescription", { email, signedInAs })}
          <Group>
            <Button size="xs" variant="default" onClick={() => void alta.session.signOut()}>
              {t("invitation.signOut")}
            </Button>
          </Group>
        </Stack>
      </Alert>
    );
  }
  return (
    <Stack>
      <Button fullWidth loading={accept.isPending} onClick={() => accept.mutate()}>
        {t("invitation.accept")}
      </Button>
      <AnchorLink to="/" size="sm" ta="center">
        {t("invitation.later")}
      </AnchorLink>
    </Stack>
  );
}

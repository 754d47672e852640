import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCircleCheck, IconMailCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { queryClient } from "#/api/query-client";
import { useSignedIn } from "#/api/session";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { AuthPage } from "./AuthPage";
import { useUrlToken } from "./use-url-token";
import { AnchorLink, ButtonLink } from "#/ui/links";

/** Verifies an address. Only the button calls the server, so that a program that opens links verifies nothing. */
export default function VerifyEmailPage() {
  const { t } = useTranslation("auth");
  const token = useUrlToken();
  const signedIn = useSignedIn();
  const verify = useMutation({
    mutationFn: (token: string) => alta.get("/auth/verify-email", { params: { query: { token } } }),
    meta: { showsError: true },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["me"] }),
  });

  if (verify.isSuccess) {
    return (
      <EmptyState
        isPage
        icon={IconCircleCheck}
        title={t("verify.done")}
        description={signedIn ? t("verify.signedIn") : t("verify.next")}
        action={
          <ButtonLink to={signedIn ? "/" : "/sign-in"}>{signedIn ? t("verify.continue") : t("toSignIn")}</ButtonLink>
        }
      />
    );
  }
  if (token === undefined || verify.isError) return <Resend error={verify.error} />;
  return (
    <AuthPage title={t("verify.title")} description={t("verify.description")}>
      <Button fullWidth loading={verify.isPending} onClick={() => verify.mutate(token)}>
        {t("verify.submit")}
      </Button>
    </AuthPage>
  );
}

function Resend({ error }: { readonly error: unknown }) {
  const { t } = useTranslation("auth");
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "" } });
  const resend = useMutation({
    mutationFn: (body: { email: string }) => alta.post("/auth/verify-email/resend", { body }),
    meta: { showsError: true },
  });
  if (resend.isSuccess) {
    return <EmptyState isPage icon={IconMailCheck} title={t("verify.resent")} description={t("verify.resentTo")} />;
  }
  return (
    <AuthPage title={t("verify.again")} description={t("verify.againDescription")}>
      <ErrorAlert error={resend.error ?? error} />
      <form onSubmit={form.onSubmit((values) => resend.mutate(values))}>
        <Stack>
          <TextInput
            label={t("email")}
            type="email"
            required
            maxLength={254}
            autoComplete="email"
            {...form.getInputProps("email")}
          />
          <Button type="submit" fullWidth loading={resend.isPending}>
            {t("verify.resend")}
          </Button>
        </Stack>
      </form>
      <AnchorLink to="/sign-in" size="sm" ta="center">
        {t("toSignIn")}
      </AnchorLink>
    </AuthPage>
  );
}

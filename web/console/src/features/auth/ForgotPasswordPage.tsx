import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconMailCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { AuthPage } from "./AuthPage";
import { AnchorLink } from "#/ui/links";

/** Requests a link to reset the password. */
export default function ForgotPasswordPage() {
  const { t } = useTranslation("auth");
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "" } });
  const request = useMutation({
    mutationFn: (body: { email: string }) => alta.post("/auth/password/forgot", { body }),
    meta: { showsError: true },
  });
  const back = (
    <AnchorLink to="/sign-in" size="sm" ta="center">
      {t("toSignIn")}
    </AnchorLink>
  );
  if (request.isSuccess) {
    const { email } = request.variables;
    return (
      <EmptyState
        isPage
        icon={IconMailCheck}
        title={t("forgot.sent")}
        description={t("forgot.sentTo", { email })}
        action={back}
      />
    );
  }
  return (
    <AuthPage title={t("forgot.title")} description={t("forgot.description")}>
      <ErrorAlert error={request.error} />
      <form onSubmit={form.onSubmit((values) => request.mutate(values))}>
        <Stack>
          <TextInput
            label={t("email")}
            type="email"
            required
            maxLength={254}
            autoComplete="username"
            autoFocus
            {...form.getInputProps("email")}
          />
          <Button type="submit" fullWidth loading={request.isPending}>
            {t("forgot.submit")}
          </Button>
        </Stack>
      </form>
      {back}
    </AuthPage>
  );
}

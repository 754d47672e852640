import { Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconCircleCheck, IconLinkOff } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { showFieldErrors } from "#/ui/form";
import { AuthPage } from "./AuthPage";
import { NewPassword } from "./NewPassword";
import { useUrlToken } from "./use-url-token";
import { AnchorLink, ButtonLink } from "#/ui/links";

/** Sets a new password with the token of a mailed link. */
export default function ResetPasswordPage() {
  const { t } = useTranslation("auth");
  const token = useUrlToken();
  const form = useForm({ mode: "uncontrolled", initialValues: { password: "" } });
  const reset = useMutation({
    mutationFn: (body: { token: string; password: string }) => alta.post("/auth/password/reset", { body }),
    meta: { showsError: true },
    onError: (error) => void showFieldErrors(form, error),
  });
  if (reset.isSuccess) {
    return (
      <EmptyState
        isPage
        icon={IconCircleCheck}
        title={t("reset.done")}
        description={t("reset.next")}
        action={<ButtonLink to="/sign-in">{t("toSignIn")}</ButtonLink>}
      />
    );
  }
  const another = (
    <AnchorLink to="/forgot-password" size="sm" ta="center">
      {t("reset.another")}
    </AnchorLink>
  );
  if (token === undefined) {
    return (
      <EmptyState
        isPage
        icon={IconLinkOff}
        title={t("noToken.title")}
        description={t("noToken.description")}
        action={another}
      />
    );
  }
  return (
    <AuthPage title={t("reset.title")} description={t("reset.description")}>
      <ErrorAlert error={form.errors.password ? null : reset.error} />
      <form onSubmit={form.onSubmit(({ password }) => reset.mutate({ token, password }))}>
        <Stack>
          <NewPassword autoFocus {...form.getInputProps("password")} />
          <Button type="submit" fullWidth loading={reset.isPending}>
            {t("reset.submit")}
          </Button>
        </Stack>
      </form>
      {another}
    </AuthPage>
  );
}

import { passkeysSupported } from "@alta-data/client";
import { Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconFingerprint } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { localPath } from "#/app/search";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { AuthPage } from "./AuthPage";
import { savedInvitation } from "./saved-invitation";
import { usePasskeyAutofill } from "./use-passkey-autofill";
import { AnchorLink } from "#/ui/links";

/** Signs in by password or passkey. */
export default function SignInPage() {
  const { t } = useTranslation("auth");
  const router = useRouter();
  const { return_to } = useSearch({ from: "/public/sign-in" });
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "", password: "" } });

  const leave = useCallback(() => {
    router.history.push(return_to ? localPath(return_to) : savedInvitation() ? "/invitation" : "/");
  }, [router, return_to]);
  const byPassword = useMutation({
    mutationFn: (credentials: { email: string; password: string }) => alta.session.signIn(credentials),
    meta: { showsError: true },
    onSuccess: leave,
  });
  const byPasskey = useMutation({
    mutationFn: () => alta.session.signInWithPasskey(),
    meta: { showsError: true },
    onSuccess: leave,
  });
  usePasskeyAutofill(!byPasskey.isPending && !byPassword.isPending, leave);

  return (
    <AuthPage title={t("signIn.title")} description={t("signIn.description")}>
      <ErrorAlert error={byPasskey.error ?? byPassword.error} />
      <form
        onSubmit={form.onSubmit((values) => {
          byPasskey.reset();
          byPassword.mutate(values);
        })}
      >
        <Stack>
          <TextInput
            label={t("email")}
            type="email"
            required
            maxLength={254}
            autoComplete="username webauthn"
            autoFocus
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t("password")}
            required
            maxLength={1000}
            autoComplete="current-password"
            visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
            {...form.getInputProps("password")}
          />
          <Button type="submit" fullWidth loading={byPassword.isPending}>
            {t("signIn.submit")}
          </Button>
          <AnchorLink to="/forgot-password" size="sm" ta="center">
            {t("signIn.forgot")}
          </AnchorLink>
        </Stack>
      </form>
      {passkeysSupported() && (
        <>
          <Divider label={t("signIn.or")} />
          <Button
            variant="default"
            fullWidth
            leftSection={<IconFingerprint size={18} aria-hidden />}
            loading={byPasskey.isPending}
            onClick={() => {
              byPassword.reset();
              byPasskey.mutate();
            }}
          >
            {t("signIn.passkey")}
          </Button>
        </>
      )}
      <Text size="sm" c="dimmed" ta="center">
        {t("signIn.new")}{" "}
        <AnchorLink to="/sign-up" search={{ return_to }} inherit underline="always">
          {t("signIn.signUp")}
        </AnchorLink>
      </Text>
    </AuthPage>
  );
}

import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useMe } from "#/api/session";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { showFieldErrors } from "#/ui/form";
import { isCanceled } from "#/ui/is-canceled";
import { notifySuccess } from "#/ui/notify";
import { passkeysQuery, sessionsQuery } from "./queries";
import { useReauthentication } from "./reauthentication";
import { Section } from "./Section";
import { Username } from "./Username";

/** Sets another password. Without the current one, the user confirms their identity, for example with a passkey. */
export function ChangePassword() {
  const { t } = useTranslation("account");
  const queryClient = useQueryClient();
  const withReauthentication = useReauthentication();
  const { email } = useMe();
  const form = useForm({ mode: "uncontrolled", initialValues: { current_password: "", new_password: "" } });
  const change = useMutation({
    mutationFn: ({ current_password, new_password }: { current_password: string; new_password: string }) =>
      withReauthentication(() =>
        alta.post("/users/me/password", { body: { new_password, ...(current_password && { current_password }) } }),
      ),
    meta: { showsError: true },
    onError: (error) => void showFieldErrors(form, error),
    onSuccess: () => {
      form.reset();
      notifySuccess(t("password.changed"));
      void queryClient.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      void queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  const isBeside = Object.keys(form.errors).length > 0 || isCanceled(change.error);
  const visibility = { "aria-label": t("showPassword") };
  return (
    <Section title={t("password.title")} description={t("password.description")}>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Stack>
          <ErrorAlert error={isBeside ? null : change.error} />
          <Username email={email} />
          <PasswordInput
            label={t("password.current")}
            description={t("password.currentHelp")}
            maxLength={1000}
            autoComplete="current-password"
            aria-invalid={form.errors.current_password ? true : undefined}
            visibilityToggleButtonProps={visibility}
            key={form.key("current_password")}
            {...form.getInputProps("current_password")}
          />
          <PasswordInput
            label={t("password.new")}
            description={t("password.rule")}
            required
            minLength={12}
            maxLength={128}
            autoComplete="new-password"
            aria-invalid={form.errors.new_password ? true : undefined}
            visibilityToggleButtonProps={visibility}
            key={form.key("new_password")}
            {...form.getInputProps("new_password")}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={change.isPending}>
              {t("password.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconMailCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { showFieldErrors } from "#/ui/form";
import { AuthPage } from "./AuthPage";
import { NewPassword } from "./NewPassword";
import { AnchorLink } from "#/ui/links";

/** Creates an account. Its answer is the same for a known address. */
export default function SignUpPage() {
  const { t } = useTranslation("auth");
  const { email, return_to } = useSearch({ from: "/public/sign-up" });
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: email ?? "", password: "", display_name: "" },
  });
  const signUp = useMutation({
    mutationFn: ({ display_name, ...values }: ReturnType<typeof form.getValues>) =>
      alta.post("/auth/register", { body: { ...values, display_name: display_name.trim() || null } }),
    meta: { showsError: true },
  });

  if (signUp.isSuccess) {
    return (
      <EmptyState
        isPage
        icon={IconMailCheck}
        title={t("signUp.sent")}
        description={t("signUp.sentTo", { email: signUp.variables.email })}
        action={
          <AnchorLink to="/sign-in" search={{ return_to }}>
            {t("toSignIn")}
          </AnchorLink>
        }
      />
    );
  }
  return (
    <AuthPage title={t("signUp.title")} description={t("signUp.description")}>
      <ErrorAlert error={Object.keys(form.errors).length > 0 ? null : signUp.error} />
      <form
        onSubmit={form.onSubmit((values) => signUp.mutate(values, { onError: (e) => void showFieldErrors(form, e) }))}
      >
        <Stack>
          <TextInput
            label={t("email")}
            type="email"
            required
            maxLength={254}
            autoComplete="email"
            autoFocus
            {...form.getInputProps("email")}
          />
          <TextInput
            label={t("displayName")}
            maxLength={200}
            autoComplete="name"
            {...form.getInputProps("display_name")}
          />
          <NewPassword label={t("password")} {...form.getInputProps("password")} />
          <Button type="submit" fullWidth loading={signUp.isPending}>
            {t("signUp.submit")}
          </Button>
        </Stack>
      </form>
      <Text size="sm" c="dimmed" ta="center">
        {t("signUp.known")}{" "}
        <AnchorLink to="/sign-in" search={{ return_to }} inherit underline="always">
          {t("toSignIn")}
        </AnchorLink>
      </Text>
    </AuthPage>
  );
}

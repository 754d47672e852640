import { isProblem, type Schema } from "@alta-data/client";
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { meQuery } from "#/api/session";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { ErrorState } from "#/ui/ErrorState";
import { showFieldErrors } from "#/ui/form";
import { notifySuccess } from "#/ui/notify";
import { RowsSkeleton } from "#/ui/skeletons";
import { accountQuery } from "./queries";
import { Section } from "./Section";

/** The name that others see. */
export function Profile() {
  const { t } = useTranslation("account");
  const account = useQuery(accountQuery);
  const [changedElsewhere, setChangedElsewhere] = useState(false);
  return (
    <Section title={t("profile.title")}>
      {account.isPending ? (
        <RowsSkeleton rows={2} />
      ) : account.isError ? (
        <ErrorState error={account.error} onRetry={() => void account.refetch()} />
      ) : (
        <>
          {changedElsewhere && <Alert color="yellow">{t("profile.changedElsewhere")}</Alert>}
          <Fields key={account.data.version} account={account.data} onStale={setChangedElsewhere} />
        </>
      )}
    </Section>
  );
}

interface Props {
  readonly account: Pick<Schema<"User">, "email" | "display_name" | "version">;
  /** Called with true if the account was changed elsewhere since it was loaded. */
  readonly onStale: (isStale: boolean) => void;
}

function Fields({ account: { email, display_name, version }, onStale }: Props) {
  const { t } = useTranslation(["account", "common"]);
  const queryClient = useQueryClient();
  const form = useForm({ mode: "uncontrolled", initialValues: { display_name: display_name ?? "" } });
  const save = useMutation({
    mutationFn: (values: { display_name: string }) =>
      alta.patch("/users/me", {
        params: { header: { "If-Match": `"${version}"` } },
        body: { display_name: values.display_name.trim() || null },
      }),
    meta: { showsError: true },
    onError: (error) => {
      showFieldErrors(form, error);
      if (!isProblem(error, "stale")) return;
      onStale(true);
      void queryClient.invalidateQueries({ queryKey: accountQuery.queryKey });
    },
    onSuccess: (changed) => {
      onStale(false);
      queryClient.setQueryData(accountQuery.queryKey, changed);
      void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      notifySuccess(t("profile.saved"));
    },
  });
  const isBeside = Object.keys(form.errors).length > 0 || isProblem(save.error, "stale");
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        <ErrorAlert error={isBeside ? null : save.error} />
        <div>
          <Text size="sm" fw={500}>
            {t("profile.email")}
          </Text>
          <Text size="sm">{email}</Text>
        </div>
        <TextInput
          label={t("profile.name")}
          description={t("profile.nameHelp")}
          maxLength={100}
          autoComplete="name"
          key={form.key("display_name")}
          {...form.getInputProps("display_name")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t("common:save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

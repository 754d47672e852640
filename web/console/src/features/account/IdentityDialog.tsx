import "#/styles/dialogs";
import { passkeysSupported } from "@alta-data/client";
import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconFingerprint } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useMe } from "#/api/session";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { Username } from "./Username";

interface Props {
  readonly onConfirmed: () => void;
  readonly onCancel: () => void;
}

/** Asks for the password or a passkey before a sensitive action. */
export default function IdentityDialog({ onConfirmed, onCancel }: Props) {
  const { t } = useTranslation(["account", "common"]);
  const { email } = useMe();
  const form = useForm({ mode: "uncontrolled", initialValues: { password: "" } });
  const confirm = useMutation({
    mutationFn: (password?: string) => alta.session.reauthenticate(password),
    meta: { showsError: true },
    onSuccess: onConfirmed,
  });
  return (
    <Modal opened onClose={onCancel} title={t("identity.title")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form onSubmit={form.onSubmit(({ password }) => confirm.mutate(password))}>
        <Stack>
          <Text>{t("identity.description")}</Text>
          <ErrorAlert error={confirm.error} />
          <Username email={email} />
          <PasswordInput
            label={t("identity.password")}
            required
            maxLength={1000}
            autoComplete="current-password"
            data-autofocus
            visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
            {...form.getInputProps("password")}
          />
          <Group justify="flex-end">
            {passkeysSupported() && (
              <Button
                variant="default"
                mr="auto"
                leftSection={<IconFingerprint size={18} aria-hidden />}
                onClick={() => confirm.mutate(undefined)}
              >
                {t("identity.passkey")}
              </Button>
            )}
            <Button type="submit" loading={confirm.isPending}>
              {t("identity.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

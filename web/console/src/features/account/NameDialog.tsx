import "#/styles/dialogs";
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { showFieldErrors } from "#/ui/form";
import { isCanceled } from "#/ui/is-canceled";
import { passkeysQuery } from "./queries";

interface Props {
  readonly title: string;
  readonly description?: string;
  readonly label: string;
  readonly name: string;
  readonly required: boolean;
  readonly submit: string;
  readonly onSubmit: (name: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** A dialog with the name of a passkey. */
export function NameDialog({ title, description, label, name, required, submit, onSubmit, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const form = useForm({ mode: "uncontrolled", initialValues: { name } });
  const act = useMutation({
    mutationFn: (values: { name: string }) => onSubmit(values.name.trim()),
    meta: { showsError: true },
    onError: (error) => void showFieldErrors(form, error),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      <form onSubmit={form.onSubmit((values) => act.mutate(values))}>
        <Stack>
          {description && <Text>{description}</Text>}
          <ErrorAlert error={form.errors.name || isCanceled(act.error) ? null : act.error} />
          <TextInput
            label={label}
            required={required}
            maxLength={100}
            autoComplete="off"
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={act.isPending}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

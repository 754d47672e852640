import "#/styles/dialogs";
import type { Schema } from "@alta-data/client";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { showFieldErrors } from "#/ui/form";
import { notifySuccess } from "#/ui/notify";
import { RoleSelect } from "./RoleSelect";

interface Props {
  readonly projectId: string;
  readonly onClose: () => void;
}

/** The dialog that invites a person to a project. */
export default function InviteMember({ projectId, onClose }: Props) {
  const { t } = useTranslation(["members", "common"]);
  return (
    <Modal opened onClose={onClose} title={t("invite.title")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <Form project_id={projectId} onClose={onClose} />
    </Modal>
  );
}

function Form({ project_id, onClose }: { readonly project_id: string; readonly onClose: () => void }) {
  const { t } = useTranslation(["members", "common"]);
  const queryClient = useQueryClient();
  const [role, setRole] = useState<Schema<"ProjectRole">>("contributor");
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "" } });
  const invite = useMutation({
    mutationFn: ({ email }: { email: string }) =>
      alta.post("/projects/{project_id}/invite", { params: { path: { project_id } }, body: { email, role } }),
    meta: { showsError: true },
    onError: (error) => void showFieldErrors(form, error),
    onSuccess: ({ email }) => {
      notifySuccess(t("invite.done", { email }));
      void queryClient.invalidateQueries({ queryKey: ["invitations", project_id] });
      onClose();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => invite.mutate(values))}>
      <Stack>
        <ErrorAlert error={form.errors.email ? null : invite.error} />
        <TextInput
          label={t("invite.email")}
          type="email"
          required
          maxLength={254}
          data-autofocus
          {...form.getInputProps("email")}
        />
        <RoleSelect label={t("columns.role")} withLabel value={role} onChange={setRole} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common:cancel")}
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {t("invite.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

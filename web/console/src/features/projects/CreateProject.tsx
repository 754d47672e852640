import "#/styles/dialogs";
import { Button, Group, Modal, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { showFieldErrors } from "#/ui/form";
import { projectBody, ProjectFields, type ProjectFormValues } from "./ProjectFields";

interface Props {
  readonly onClose: () => void;
}

/** The dialog that creates a project, and then opens it. */
export default function CreateProject({ onClose }: Props) {
  const { t } = useTranslation(["projects", "common"]);
  return (
    <Modal opened onClose={onClose} title={t("create.title")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <Form onClose={onClose} />
    </Modal>
  );
}

function Form({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation(["projects", "common"]);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<ProjectFormValues>({
    mode: "uncontrolled",
    initialValues: { name: "", description: "", language: "" },
  });
  const create = useMutation({
    mutationFn: (values: ProjectFormValues) => alta.post("/projects", { body: projectBody(values) }),
    meta: { showsError: true },
    onError: (error) => void showFieldErrors(form, error),
    onSuccess: async ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ["projects"] });
      onClose();
      await navigate({ to: "/project", search: { id } });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack>
        <ErrorAlert error={Object.keys(form.errors).length > 0 ? null : create.error} />
        <ProjectFields form={form} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common:cancel")}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t("create.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

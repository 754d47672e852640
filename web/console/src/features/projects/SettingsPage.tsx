import type { Schema } from "@alta-data/client";
import { Alert, Button, Card, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconLock } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useMe } from "#/api/session";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { ErrorAlert } from "#/ui/ErrorAlert";
import { showFieldErrors } from "#/ui/form";
import { notifySuccess } from "#/ui/notify";
import { PageHeader } from "#/ui/PageHeader";
import { projectBody, ProjectFields, type ProjectFormValues } from "./ProjectFields";
import classes from "./projects.module.css";
import { projectQuery, useProject } from "./queries";

/** The settings of a project. */
export default function SettingsPage() {
  const { t } = useTranslation("projects");
  const project = useProject();
  const { global_role } = useMe();
  const mayChange = project.role === "admin" || global_role === "super_admin";
  return (
    <>
      <PageHeader title={t("settings.title")} />
      <Stack className={classes.section} gap="xl">
        {mayChange ? (
          <>
            <General key={project.version} project={project} />
            <Delete project={project} />
          </>
        ) : (
          <Alert icon={<IconLock aria-hidden />}>{t("settings.onlyAdmins")}</Alert>
        )}
      </Stack>
    </>
  );
}

interface Props {
  readonly project: Schema<"Project">;
}

function General({ project }: Props) {
  const { t } = useTranslation(["projects", "common"]);
  const { id: project_id, name, description, language } = project;
  const queryClient = useQueryClient();
  const form = useForm<ProjectFormValues>({
    mode: "uncontrolled",
    initialValues: { name, description: description ?? "", language: language ?? "" },
  });
  const save = useMutation({
    mutationFn: (values: ProjectFormValues) =>
      alta.put("/projects/{project_id}", { params: { path: { project_id } }, body: projectBody(values) }),
    meta: { showsError: true },
    onError: (error) => void showFieldErrors(form, error),
    onSuccess: (changed) => {
      queryClient.setQueryData(projectQuery(project_id).queryKey, changed);
      void queryClient.invalidateQueries({ queryKey: ["projects"] });
      notifySuccess(t("settings.saved"));
    },
  });
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="general">
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <Title order={2} id="general">
            {t("settings.general")}
          </Title>
          <ErrorAlert error={Object.keys(form.errors).length > 0 ? null : save.error} />
          <ProjectFields form={form} />
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {t("common:save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Delete({ project: { id: project_id, name } }: Props) {
  const { t } = useTranslation("projects");
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => alta.delete("/projects/{project_id}", { params: { path: { project_id } } }),
    onSuccess: async () => {
      notifySuccess(t("delete.done", { name }));
      await navigate({ to: "/" });
      queryClient.removeQueries({ queryKey: ["project", project_id] });
      await queryClient.invalidateQueries({ queryKey: ["projects"] });
    },
  });
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="delete">
      <Stack gap="xs" align="flex-start">
        <Title order={2} id="delete">
          {t("delete.title")}
        </Title>
        <Text c="dimmed">{t("delete.description")}</Text>
        <Button color="red" variant="outline" mt="xs" onClick={open}>
          {t("delete.submit")}
        </Button>
      </Stack>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        title={t("delete.ask", { name })}
        confirm={t("delete.submit")}
        ready={typed === name}
        onConfirm={() => remove.mutateAsync()}
      >
        <Stack>
          <Text>{t("delete.description")}</Text>
          <TextInput
            label={t("delete.type", { name })}
            value={typed}
            autoComplete="off"
            onChange={({ currentTarget: { value } }) => setTyped(value)}
          />
        </Stack>
      </ConfirmDialog>
    </Card>
  );
}

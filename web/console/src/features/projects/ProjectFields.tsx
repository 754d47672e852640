import { Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";

export interface ProjectFormValues extends Record<string, unknown> {
  name: string;
  description: string;
  language: string;
}

/** The inputs for the values of a project. */
export function ProjectFields({ form }: { readonly form: UseFormReturnType<ProjectFormValues> }) {
  const { t } = useTranslation("projects");
  return (
    <>
      <TextInput
        label={t("fields.name")}
        required
        maxLength={200}
        data-autofocus
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <Textarea
        label={t("fields.description")}
        maxLength={2000}
        autosize
        minRows={2}
        maxRows={8}
        key={form.key("description")}
        {...form.getInputProps("description")}
      />
      <TextInput
        label={t("fields.language")}
        description={t("fields.languageHelp")}
        placeholder="en-US"
        maxLength={35}
        key={form.key("language")}
        {...form.getInputProps("language")}
      />
    </>
  );
}

/** Returns the body of the request: empty inputs have no value. */
export function projectBody({ name, description, language }: ProjectFormValues) {
  return { name: name.trim(), description: description.trim() || null, language: language.trim() || null };
}

import "#/styles/dialogs";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { NativeSelectField } from "#/ui/NativeSelectField";
import { useState } from "react";
import { languagesQuery } from "./queries";
import type { UploadDetails } from "./upload-list";

interface Props {
  readonly details: UploadDetails;
  readonly onClose: () => void;
  readonly onSave: (details: UploadDetails) => void;
}

/** The dialog for the label of new documents and the spoken language of new recordings. */
export default function DetailsDialog({ details, onClose, onSave }: Props) {
  const { t } = useTranslation(["items", "common"]);
  const { data: languages = [] } = useQuery(languagesQuery);
  const [domain, setDomain] = useState(details.domain ?? "");
  const [language, setLanguage] = useState(details.language ?? "");
  const save = () => {
    onSave({ ...(domain.trim() && { domain: domain.trim() }), ...(language && { language }) });
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t("details.title")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack>
          <TextInput
            label={t("details.domain")}
            description={t("details.domainHelp")}
            maxLength={64}
            data-autofocus
            value={domain}
            onChange={({ currentTarget: { value } }) => setDomain(value)}
          />
          <NativeSelectField
            label={t("details.language")}
            description={t("details.languageHelp")}
            value={language}
            data={[
              { value: "", label: t("details.projectLanguage") },
              ...languages.map(({ code, name }) => ({ value: code, label: name })),
            ]}
            onChange={setLanguage}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common:cancel")}
            </Button>
            <Button type="submit">{t("common:save")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

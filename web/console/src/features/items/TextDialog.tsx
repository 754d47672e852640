import "#/styles/dialogs";
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  readonly title: string;
  readonly label: string;
  readonly description: string;
  readonly maxLength: number;
  readonly initial: string;
  readonly onClose: () => void;
  /** Saves the value, or removes it with null. The dialog closes when the promise resolves. */
  readonly onSave: (value: string | null) => Promise<unknown>;
}

/** The dialog that changes one value of an item. */
export default function TextDialog({ title, label, description, maxLength, initial, onClose, onSave }: Props) {
  const { t } = useTranslation();
  const [isBusy, setBusy] = useState(false);
  const save = async (data: FormData) => {
    setBusy(true);
    try {
      const value = data.get("value");
      await onSave(typeof value === "string" && value.trim() ? value.trim() : null);
      onClose();
    } catch {
      // The mutation shows the error in a toast.
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save(new FormData(event.currentTarget));
        }}
      >
        <Stack>
          <TextInput
            name="value"
            label={label}
            description={description}
            defaultValue={initial}
            maxLength={maxLength}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={isBusy}>
              {t("save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

import "#/styles/dialogs";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

export interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  /** The label of the button that confirms, such as "Delete project". */
  readonly confirm: string;
  /** The color of the button. Red by default. */
  readonly color?: string;
  /** Performs the action. The dialog closes when the promise resolves. */
  readonly onConfirm: () => Promise<unknown>;
  /** False while the button must stay disabled. */
  readonly ready?: boolean;
}

/** The content of a `ConfirmDialog`. */
export default function ConfirmDialogContent({
  opened,
  onClose,
  title,
  children,
  confirm,
  color = "red",
  onConfirm,
  ready = true,
}: ConfirmDialogProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch {
      // The mutation shows the error in a toast.
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      <Stack>
        {typeof children === "string" ? <Text>{children}</Text> : children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("cancel")}
          </Button>
          <Button color={color} loading={busy} disabled={!ready} onClick={act}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

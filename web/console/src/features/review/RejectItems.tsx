import "#/styles/dialogs";
import { Button, Group, Kbd, Modal, Stack, Textarea } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";

export interface RejectItemsProps {
  /** The name of the item, or null for several. */
  readonly name: string | null;
  readonly count: number;
  readonly feedback: string;
  /** Called as the reviewer writes, so that it can be kept. */
  readonly onWrite?: (feedback: string) => void;
  readonly onReject: (feedback: string) => void;
  readonly onClose: () => void;
}

/** The dialog that asks why items are rejected. The uploaders read the answer. */
export default function RejectItems({ name, count, feedback, onWrite, onReject, onClose }: RejectItemsProps) {
  const { t } = useTranslation(["review", "common"]);
  const [text, setText] = useState(feedback);
  const submit = () => {
    if (!text.trim()) return;
    onClose();
    onReject(text);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={name === null ? t("reject.titleMany", { count }) : t("reject.title", { name })}
      closeButtonProps={{ "aria-label": t("common:close") }}
      // The field has the focus at once: what is typed right after the key belongs to it.
      transitionProps={{ duration: 0 }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <Textarea
            label={t("reject.feedback")}
            description={t("reject.description")}
            required
            rows={4}
            maxLength={2000}
            data-autofocus
            autoFocus
            value={text}
            onKeyDown={press}
            onChange={({ currentTarget: { value } }) => {
              setText(value);
              onWrite?.(value);
            }}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common:cancel")}
            </Button>
            <Button
              type="submit"
              color="red"
              disabled={!text.trim()}
              rightSection={
                <Kbd size="xs" aria-hidden>
                  Ctrl ⏎
                </Kbd>
              }
            >
              {t("reject.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

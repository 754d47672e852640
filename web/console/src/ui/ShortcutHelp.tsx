import "#/styles/dialogs";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import { Group, Kbd, Modal, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { singleKeysWork, switchSingleKeys, useShortcutGroups } from "./shortcuts";

const SYMBOLS: Record<string, string> = {
  mod: /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  shift: "⇧",
  space: "␣",
  slash: "/",
};

/** The keys of a shortcut as keys. */
export function Keys({ keys }: { readonly keys: string }) {
  // The layout decides whether a sign needs Shift.
  const parts = keys === "shift+?" ? ["?"] : keys.split("+");
  return (
    <Group gap={4} wrap="nowrap">
      {parts.map((part) => (
        <Kbd key={part}>{SYMBOLS[part.toLowerCase()] ?? part}</Kbd>
      ))}
    </Group>
  );
}

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The dialog that lists the shortcuts of the page. */
export default function ShortcutHelp({ opened, onClose }: Props) {
  const { t } = useTranslation();
  const groups = useShortcutGroups();
  const [single, setSingle] = useState(singleKeysWork);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("shortcuts.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack gap="lg">
        <Switch
          label={t("shortcuts.single")}
          description={t("shortcuts.singleDescription")}
          checked={single}
          onChange={({ currentTarget: { checked } }) => {
            switchSingleKeys(checked);
            setSingle(checked);
          }}
        />
        {groups.map(({ title, shortcuts }) => (
          <section key={title} aria-label={title}>
            <Title order={3} mb={4}>
              {title}
            </Title>
            <Table>
              <Table.Tbody>
                {shortcuts.map(({ keys, label }) => (
                  <Table.Tr key={keys}>
                    <Table.Td>
                      <Text size="sm">{label}</Text>
                    </Table.Td>
                    <Table.Td w={120}>
                      <Keys keys={keys} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        ))}
      </Stack>
    </Modal>
  );
}

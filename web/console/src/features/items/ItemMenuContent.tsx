import { Menu } from "@mantine/core";
import { IconArrowBackUp, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { MenuContentProps } from "#/ui/LazyMenu";
import { OpenedMenu } from "#/ui/OpenedMenu";

export interface ItemMenuProps {
  /** Null if the user may not. */
  readonly onReopen: (() => void) | null;
  /** Null if the user may not. */
  readonly onDelete: (() => void) | null;
}

/** The actions on an item that are used seldom. */
export default function ItemMenuContent({ button, onReopen, onDelete }: MenuContentProps & ItemMenuProps) {
  const { t } = useTranslation("items");
  return (
    <OpenedMenu button={button}>
      <Menu.Dropdown>
        {onReopen && (
          <Menu.Item leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={onReopen}>
            {t("reopen.submit")}
          </Menu.Item>
        )}
        {onDelete && (
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={onDelete}>
            {t("delete.submit")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </OpenedMenu>
  );
}

import { Menu, Text } from "@mantine/core";
import { IconLogout, IconUserCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useMe } from "#/api/session";
import type { MenuContentProps } from "#/ui/LazyMenu";
import { MenuLink } from "#/ui/menu-links";
import { notifyProblem } from "#/ui/notify";
import { OpenedMenu } from "#/ui/OpenedMenu";

/** The entries of the user's menu. */
export default function UserMenuContent({ button }: MenuContentProps) {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <OpenedMenu button={button} width={240}>
      <Menu.Dropdown>
        <Menu.Label>
          {me.display_name && (
            <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate>
              {me.display_name}
            </Text>
          )}
          <Text size="xs" truncate>
            {me.email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <MenuLink to="/account" leftSection={<IconUserCircle size={16} aria-hidden />}>
          {t("navigation.account")}
        </MenuLink>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => void alta.session.signOut().catch(notifyProblem)}
        >
          {t("account.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </OpenedMenu>
  );
}

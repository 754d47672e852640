import { ActionIcon, Avatar } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { LazyMenu, lazyMenu } from "#/ui/LazyMenu";

const menu = lazyMenu(() => import("./UserMenuContent"));

/** The menu of the signed-in user. */
export function UserMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const name = me.display_name ?? me.email;
  return (
    <LazyMenu
      menu={menu}
      own={{}}
      button={
        <ActionIcon variant="subtle" color="gray" size={34} radius="xl" aria-label={t("account.menu", { name })}>
          <Avatar name={name} color="blue" size={30} aria-hidden />
        </ActionIcon>
      }
    />
  );
}

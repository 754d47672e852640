import { ActionIcon, type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { LazyMenu, lazyMenu } from "#/ui/LazyMenu";

const ICONS: Record<MantineColorScheme, typeof IconSun> = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop };

const colorSchemes = lazyMenu(() => import("./ColorSchemeMenuContent"));
const languages = lazyMenu(() => import("./LanguageMenuContent"));

/** The menu for light and dark. */
export function ColorSchemeMenu() {
  const { t } = useTranslation();
  const { colorScheme } = useMantineColorScheme();
  const Current = ICONS[colorScheme];
  const label = t("colorScheme.label");
  return (
    <LazyMenu
      menu={colorSchemes}
      own={{}}
      button={
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} title={label}>
          <Current size={18} stroke={1.6} aria-hidden />
        </ActionIcon>
      }
    />
  );
}

/** The menu for the language. */
export function LanguageMenu() {
  const { t } = useTranslation();
  const label = t("language");
  return (
    <LazyMenu
      menu={languages}
      own={{}}
      button={
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} title={label}>
          <IconLanguage size={18} stroke={1.6} aria-hidden />
        </ActionIcon>
      }
    />
  );
}

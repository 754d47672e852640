import { type MantineColorScheme, Menu, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MenuContentProps } from "#/ui/LazyMenu";
import { OpenedMenu } from "#/ui/OpenedMenu";

const SCHEMES = ["light", "dark", "auto"] as const satisfies MantineColorScheme[];

/** The choice between light and dark. */
export default function ColorSchemeMenuContent({ button }: MenuContentProps) {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <OpenedMenu button={button}>
      <Menu.Dropdown>
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}>
          {SCHEMES.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick>
              {t(`colorScheme.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </OpenedMenu>
  );
}

import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { chooseLanguage, currentLanguage, type Language, LANGUAGES } from "#/i18n";
import type { MenuContentProps } from "#/ui/LazyMenu";
import { OpenedMenu } from "#/ui/OpenedMenu";

/** The choice of the language. */
export default function LanguageMenuContent({ button }: MenuContentProps) {
  useTranslation();
  return (
    <OpenedMenu button={button}>
      <Menu.Dropdown>
        <Menu.RadioGroup value={currentLanguage()} onChange={(language) => void chooseLanguage(language as Language)}>
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <Menu.RadioItem key={language} value={language} lang={language} closeMenuOnClick>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </OpenedMenu>
  );
}

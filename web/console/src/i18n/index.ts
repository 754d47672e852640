import i18n from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "alta-data.language";
const files = import.meta.glob<{ default: Record<string, unknown> }>("../**/{en,de}.json");

/** Loads `features/<namespace>/<language>.json`, or `i18n/<namespace>/<language>.json`. */
const backend = {
  type: "backend" as const,
  read: async (language: string, namespace: string) => {
    const load = files[`../features/${namespace}/${language}.json`] ?? files[`./${namespace}/${language}.json`];
    if (!load) throw new Error(`There are no texts for ${namespace} in ${language}.`);
    return (await load()).default;
  },
};

function isLanguage(text: string | undefined | null): text is Language {
  return text !== null && text !== undefined && text in LANGUAGES;
}

/** The language that the user chose, or else the first of the browser's languages that the console knows. */
function initialLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}

/** Switches the language of the console, and keeps the choice in this browser. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await i18n.changeLanguage(language);
}

/** Returns the current language. */
export function currentLanguage(): Language {
  return isLanguage(i18n.resolvedLanguage) ? i18n.resolvedLanguage : "en";
}

function markLanguage(): void {
  document.documentElement.lang = currentLanguage();
}

/** Loads the texts that every page needs. */
export async function startI18n(): Promise<void> {
  i18n.on("languageChanged", markLanguage);
  await i18n
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: initialLanguage(),
      fallbackLng: "en",
      supportedLngs: Object.keys(LANGUAGES),
      ns: ["common"],
      defaultNS: "common",
      // React escapes.
      interpolation: { escapeValue: false },
      partialBundledLanguages: true,
      showSupportNotice: false,
    });
  markLanguage();
}

export { i18n };

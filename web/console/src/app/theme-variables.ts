import type { CSSVariablesResolver } from "@mantine/core";

/** Variables of the theme that differ from Mantine's, and the console's own. */
export const themeVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-error": "var(--mantine-color-red-7)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-5)",
    "--mantine-color-default-border": "var(--mantine-color-gray-3)",
    "--mantine-color-disabled-color": "var(--mantine-color-gray-5)",
    "--alta-surface": "var(--mantine-color-gray-0)",
    "--alta-border": "var(--mantine-color-gray-2)",
    "--alta-hover": "var(--mantine-color-gray-1)",
  },
  dark: {
    "--mantine-color-error": "var(--mantine-color-red-4)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-3)",
    "--mantine-color-disabled-color": "var(--mantine-color-dark-2)",
    "--alta-surface": "var(--mantine-color-dark-8)",
    "--alta-border": "var(--mantine-color-dark-5)",
    "--alta-hover": "var(--mantine-color-dark-6)",
  },
});

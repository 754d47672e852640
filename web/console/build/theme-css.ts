import { convertCssVariables, defaultCssVariablesResolver, DEFAULT_THEME, mergeMantineTheme } from "@mantine/core";
import type { Plugin } from "vite";
import { theme } from "../src/app/theme.ts";
import { themeVariables } from "../src/app/theme-variables.ts";

const NAME = "virtual:theme.css";

/**
 * Writes the variables of the theme to a style sheet when the console is built. Mantine would add a `<style>` element
 * to the page, which the content security policy forbids.
 */
export function themeCss(): Plugin {
  return {
    name: "theme-css",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const merged = mergeMantineTheme(DEFAULT_THEME, theme);
      const usual = defaultCssVariablesResolver(merged);
      const own = themeVariables(merged);
      const all = {
        variables: { ...usual.variables, ...own.variables },
        light: { ...usual.light, ...own.light },
        dark: { ...usual.dark, ...own.dark },
      };
      return convertCssVariables(all, ":root");
    },
  };
}

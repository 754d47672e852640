import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

/** Components that add a `<style>` element, which the content security policy forbids. */
const WITH_STYLE_ELEMENT = ["AppShell", "Grid", "SimpleGrid"];

export default ts.config(
  { ignores: ["dist", "playwright-report", "test-results"] },
  js.configs.recommended,
  { files: ["**/*.js"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ["./tsconfig.json", "./tsconfig.node.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The router's `redirect` and `notFound` are thrown.
      "@typescript-eslint/only-throw-error": "off",
      "no-console": "error",
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [hooks.configs.flat["recommended-latest"]],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "@mantine/core",
              importNames: WITH_STYLE_ELEMENT,
              message: "It adds a <style> element, which the content security policy forbids. Use a CSS module.",
            },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Render elements instead." },
        {
          selector: "JSXAttribute > JSXExpressionContainer > ObjectExpression > Property[key.name='base']",
          message: "A responsive property adds a <style> element. Use a media query in a CSS module.",
        },
      ],
    },
  },
);

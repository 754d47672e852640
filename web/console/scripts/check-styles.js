// Fails when a component of Mantine is used whose style sheet is not imported.

import { existsSync, readdirSync, readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const styles = new URL("node_modules/@mantine/core/styles/", root);
/** The style sheets that a component needs beside its own. */
const BASES = {
  ActionIcon: ["UnstyledButton", "Loader"],
  Alert: ["CloseButton"],
  Anchor: ["Text"],
  Burger: ["UnstyledButton"],
  Button: ["UnstyledButton", "Loader"],
  Card: ["Paper"],
  Checkbox: ["InlineInput"],
  Drawer: ["ModalBase", "Overlay", "CloseButton", "ScrollArea"],
  Menu: ["Popover", "UnstyledButton"],
  Modal: ["ModalBase", "Overlay", "CloseButton", "ScrollArea", "Paper"],
  MultiSelect: ["Input", "Combobox", "PillsInput", "Pill", "ScrollArea"],
  NavLink: ["UnstyledButton"],
  NumberInput: ["Input"],
  PasswordInput: ["Input", "ActionIcon"],
  Radio: ["InlineInput"],
  Select: ["Input", "Combobox", "ScrollArea"],
  Switch: ["InlineInput"],
  Tabs: ["UnstyledButton"],
  Textarea: ["Input"],
  TextInput: ["Input"],
};

const sources = readdirSync(new URL("src/", root), { recursive: true })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(new URL(`src/${file}`, root), "utf8"));
const imported = new Set(
  sources.flatMap((text) => [...text.matchAll(/@mantine\/core\/styles\/(\w+)\.layer\.css/g)].map(([, name]) => name)),
);
const used = new Set(
  sources.flatMap((text) =>
    [...text.matchAll(/import \{([^}]+)\} from "@mantine\/core"/g)].flatMap(([, names]) =>
      names.split(",").map((name) => name.trim().split(" ")[0]),
    ),
  ),
);
const needed = new Set([...used].flatMap((name) => [name, ...(BASES[name] ?? [])]));
const missing = [...needed].filter((name) => existsSync(new URL(`${name}.css`, styles)) && !imported.has(name));
for (const name of missing.sort())
  console.error(`The style sheet of ${name} is missing: import "@mantine/core/styles/${name}.layer.css"`);
process.exitCode = missing.length > 0 ? 1 : 0;

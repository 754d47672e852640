import { createTheme, type MantineColorsTuple } from "@mantine/core";

const blue: MantineColorsTuple = [
  "#eff4ff",
  "#dfe9fe",
  "#c3d5fc",
  "#9abbf9",
  "#6c99f4",
  "#4579ec",
  "#2f63e0",
  "#2456cb",
  "#1f479f",
  "#1c3b7d",
];
const gray: MantineColorsTuple = [
  "#f8f9fa",
  "#f1f2f4",
  "#e4e6ea",
  "#d2d5db",
  "#9ca1ab",
  "#6b7280",
  "#535965",
  "#3c424d",
  "#262b33",
  "#16191f",
];
const dark: MantineColorsTuple = [
  "#e8eaed",
  "#c5c9d0",
  "#a3a8b2",
  "#80868f",
  "#42474f",
  "#31353c",
  "#24272d",
  "#16181c",
  "#101215",
  "#0a0b0d",
];
const green: MantineColorsTuple = [
  "#f0fdf4",
  "#dcfce7",
  "#bbf7d0",
  "#86efac",
  "#4ade80",
  "#22c55e",
  "#16a34a",
  "#15803d",
  "#166534",
  "#14532d",
];
const yellow: MantineColorsTuple = [
  "#fffbeb",
  "#fef3c7",
  "#fde68a",
  "#fcd34d",
  "#fbbf24",
  "#f59e0b",
  "#d97706",
  "#b45309",
  "#92400e",
  "#78350f",
];
const red: MantineColorsTuple = [
  "#fef2f2",
  "#fee2e2",
  "#fecaca",
  "#fca5a5",
  "#f87171",
  "#ef4444",
  "#dc2626",
  "#b91c1c",
  "#991b1b",
  "#7f1d1d",
];

/** Colors, type and the usual properties of components. Shade 7 has enough contrast with white (WCAG 2.2, 1.4.3). */
export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: 7,
  colors: { blue, gray, dark, green, yellow, red },
  black: "#16191f",
  defaultRadius: "md",
  radius: { xs: "3px", sm: "4px", md: "6px", lg: "10px", xl: "16px" },
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.4" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // The content security policy forbids the `<style>` element of this lock.
    Modal: { defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 120 } } },
    // Outside of the page's landmarks, a `<header>` would be a second banner.
    ModalHeader: { defaultProps: { role: "presentation" } },
    DrawerHeader: { defaultProps: { role: "presentation" } },
    Drawer: { defaultProps: { lockScroll: false } },
    Table: {
      styles: {
        th: { color: "var(--mantine-color-dimmed)", fontSize: "var(--mantine-font-size-xs)", fontWeight: 550 },
      },
    },
    Menu: { defaultProps: { shadow: "md", position: "bottom-end", transitionProps: { duration: 80 } } },
    Anchor: { defaultProps: { underline: "hover" } },
    // Optional inputs say so in their labels.
    InputWrapper: { defaultProps: { withAsterisk: false }, styles: { label: { marginBottom: 4 } } },
    // The colors whose shade 9 has enough contrast with shade 1.
    Avatar: {
      defaultProps: { allowedInitialsColors: ["blue", "green", "yellow", "red", "violet", "grape", "indigo"] },
    },
    Loader: { defaultProps: { type: "dots" } },
    Badge: { defaultProps: { variant: "light", radius: "sm" }, styles: { label: { textTransform: "none" } } },
  },
});

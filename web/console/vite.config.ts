import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { proxied } from "./build/api-paths.ts";
import { pdfFiles } from "./build/pdf-files.ts";
import { themeCss } from "./build/theme-css.ts";
import headers from "./headers.json" with { type: "json" };

/** The platform that the development server and the preview pass API requests to. */
const platform = process.env.ALTA_ORIGIN ?? "http://localhost:8080";
/** The origins of the local stand-in for Cloud Storage, whose port is not fixed. */
const storage = "http://localhost:* http://127.0.0.1:*";

export default defineConfig({
  plugins: [react(), themeCss(), pdfFiles()],
  resolve: { tsconfigPaths: true },
  server: { port: 5173, strictPort: true, proxy: proxied(platform) },
  preview: {
    port: Number(process.env.ALTA_PAGE_PORT ?? 4173),
    strictPort: true,
    proxy: proxied(platform),
    // The platform sends the same: see `functions/src/console.rs`.
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replaceAll("{storage}", storage)]),
    ),
  },
  build: {
    target: "es2023",
    // `light-dark()` stays as it is.
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    // The policy allows no `data:` URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        // One file holds the code that every page needs: it compresses better, and stays in caches when the console changes.
        codeSplitting: {
          groups: [
            { name: "vendor", test: /node_modules/, tags: ["$initial"] },
            // Small modules that pages without a menu need do not share a file with the code that places menus.
            { name: "direction", test: /\/DirectionProvider/ },
            { name: "floating", test: /\/@floating-ui\// },
          ],
        },
      },
    },
  },
});

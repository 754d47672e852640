import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const folder = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };

/** Returns true if pdf.js may need a file: fonts, character maps, and the decoder that works without WebAssembly. */
function isNeeded(file: string): boolean {
  return /^(cmaps|standard_fonts)\/.+\.(bcmap|pfb|ttf)$/.test(file) || file === "wasm/openjpeg_nowasm_fallback.js";
}

/** Copies the files that pdf.js loads by name. Their folder has the version in its name, so that caches may keep it. */
export function pdfFiles(): Plugin {
  return {
    name: "pdf-files",
    apply: "build",
    generateBundle() {
      for (const part of ["cmaps", "standard_fonts", "wasm"]) {
        for (const name of readdirSync(join(folder, part)).filter((name) => isNeeded(`${part}/${name}`))) {
          const source = readFileSync(join(folder, part, name));
          this.emitFile({ type: "asset", fileName: `assets/pdfjs-${version}/${part}/${name}`, source });
        }
      }
    },
  };
}

import { getDocument, GlobalWorkerOptions, PDFDataRangeTransport, type PDFDocumentProxy, version } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";
import type { FileSource } from "./file-source";

GlobalWorkerOptions.workerSrc = workerUrl;

/** The folder of pdf.js's fonts, character maps and decoders, which `build/pdf-files.ts` copies. */
const FILES = import.meta.env.DEV ? "/node_modules/pdfjs-dist/" : `/assets/pdfjs-${version}/`;

/** Requests only the parts of a file that the shown pages need. */
class Ranges extends PDFDataRangeTransport {
  readonly #source: FileSource;
  readonly #failed: (error: unknown) => void;

  constructor(source: FileSource, size: number, failed: (error: unknown) => void) {
    super(size, null);
    [this.#source, this.#failed] = [source, failed];
  }

  override requestDataRange(begin: number, end: number): void {
    this.#source.bytes(begin, end).then((bytes) => this.onDataRange(begin, bytes), this.#failed);
  }
}

/** A PDF that is open. */
export interface OpenPdf {
  readonly document: Promise<PDFDocumentProxy>;
  close(): void;
}

/** Opens a PDF without loading all of it. */
export function openPdf(source: FileSource, size: number): OpenPdf {
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const task = getDocument({
    range: new Ranges(source, size, fail),
    rangeChunkSize: 256 * 1024,
    disableAutoFetch: true,
    disableStream: true,
    // The content security policy forbids both.
    isEvalSupported: false,
    useWasm: false,
    wasmUrl: `${FILES}wasm/`,
    cMapUrl: `${FILES}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${FILES}standard_fonts/`,
    verbosity: 0,
  });
  return {
    document: Promise.race([task.promise, failure]),
    close: () => {
      source.close();
      void task.destroy();
    },
  };
}

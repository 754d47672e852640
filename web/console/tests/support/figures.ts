/** Figures that tests measure, which the report prints at its end. */

import type { Reporter, TestCase } from "@playwright/test/reporter";
import { test } from "@playwright/test";

const TYPE = "figure";

/** Adds a figure to the report. */
export function report(name: string, value: string): void {
  test.info().annotations.push({ type: TYPE, description: `${name}: ${value}` });
}

/** Prints the figures of all tests. */
export default class FiguresReporter implements Reporter {
  readonly #figures = new Set<string>();

  onTestEnd({ results }: TestCase): void {
    for (const { type, description } of results.at(-1)?.annotations ?? []) {
      if (type === TYPE && description) this.#figures.add(description);
    }
  }

  onEnd(): void {
    for (const figure of this.#figures) process.stdout.write(`  ${figure}\n`);
  }
}

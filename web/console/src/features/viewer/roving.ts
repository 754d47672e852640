import type { FocusEvent, KeyboardEvent } from "react";

const STEPS: Record<string, 1 | -1> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function entriesOf(container: HTMLElement): HTMLElement[] {
  return [...container.querySelectorAll<HTMLElement>("[data-roving]")];
}

/**
 * Makes many elements with `data-roving` one stop of the Tab key, between which the arrow keys move
 * (https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/#kbd_roving_tabindex). The first has the `tabIndex` 0,
 * the others -1.
 */
export const roving = {
  onFocus: ({ currentTarget, target }: FocusEvent<HTMLElement>) => {
    if (!(target instanceof HTMLElement) || target.dataset.roving === undefined) return;
    for (const entry of currentTarget.querySelectorAll<HTMLElement>('[data-roving][tabindex="0"]')) entry.tabIndex = -1;
    target.tabIndex = 0;
  },
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
    const step = STEPS[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const entries = entriesOf(event.currentTarget);
    const next = entries[entries.findIndex((entry) => entry === document.activeElement) + step];
    if (!next || next === document.activeElement) return;
    event.preventDefault();
    next.focus();
  },
};

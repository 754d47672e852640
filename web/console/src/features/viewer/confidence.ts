/** Below this confidence, the engine's text is often wrong. */
const LOW = 0.8;

/** Returns true if a word or block has a low confidence. Engines that report no confidence report 0. */
export function isLowConfidence(confidence: number | null | undefined): boolean {
  return typeof confidence === "number" && confidence > 0 && confidence < LOW;
}

/**
 * Moves the focus to the next word or block with low confidence inside of an element, or to the one before with a step
 * of -1. Returns false if there is none.
 */
export function focusLowConfidence(root: HTMLElement, step: 1 | -1 = 1): boolean {
  const found = [...root.querySelectorAll<HTMLElement>("[data-low-confidence]")];
  const { activeElement } = document;
  const before = activeElement !== null && root.contains(activeElement) ? activeElement : null;
  const follows = (one: Element) =>
    before !== null && (before.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const precedes = (one: Element) =>
    before !== null && (before.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
  const next = step === 1 ? (found.find(follows) ?? found[0]) : (found.findLast(precedes) ?? found.at(-1));
  next?.focus();
  return next !== undefined;
}

/** Returns true if the user canceled the action. Such an error is not shown. */
export function isCanceled(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

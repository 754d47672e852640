/** Returns the name of a file that was made just now, such as `photo-2026-05-01-10-30-00.jpg`. */
export function timestampedName(kind: string, extension: string): string {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return `${kind}-${local.toISOString().slice(0, 19).replaceAll(/[T:]/g, "-")}.${extension}`;
}

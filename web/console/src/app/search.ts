/** The query of a URL: each parameter is text, as a reader sees it, and a route's `validateSearch` picks its own. */
export type RawSearch = Record<string, unknown>;

/** Reads a query string. */
export function parseSearch(text: string): RawSearch {
  return Object.fromEntries(new URLSearchParams(text));
}

/** Writes a query string, without parameters that are undefined or empty. */
export function stringifySearch(search: Record<string, unknown>): string {
  const entries = Object.entries(search).flatMap(([name, value]) =>
    value === undefined || value === null || value === "" ? [] : [[name, String(value as string | number)]],
  );
  const text = new URLSearchParams(entries).toString();
  return text ? `?${text}` : "";
}

/** Returns the value if it is one of these. */
export function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((known) => known === value);
}

/** Returns the value if it is text. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Returns a path of the console from a parameter that anyone can write. Other origins are refused. */
export function localPath(value: string | undefined): string {
  if (!value?.startsWith("/")) return "/";
  const url = new URL(value, location.origin);
  return url.origin === location.origin ? `${url.pathname}${url.search}` : "/";
}

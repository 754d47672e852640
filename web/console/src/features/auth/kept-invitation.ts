const KEY = "alta-data.invitation";

/** Returns the invitation that this tab was opened for, kept while its addressee signs in or signs up. */
export function keptInvitation(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

/** Keeps the token of an invitation in this tab, or forgets it. */
export function keepInvitation(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}

const KEY = "alta-data.invitation";

/** Returns the invitation that this tab was opened for, saved while its addressee signs in or signs up. */
export function savedInvitation(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

/** Saves the token of an invitation in this tab. Null deletes it. */
export function saveInvitation(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}

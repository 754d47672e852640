// The invitation that this tab was opened for: kept while its addressee signs in or registers.

const KEY = "alta-invitation";

export function keptInvitation() {
  return sessionStorage.getItem(KEY);
}

export function keepInvitation(token) {
  if (token) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
}

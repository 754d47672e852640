// A session in the browser: the access token stays in memory, the refresh token in this tab.

import { call } from "./form.js";

const KEY = "alta-refresh-token";
let accessToken = null;

function keep(tokens) {
  accessToken = tokens.access_token;
  sessionStorage.setItem(KEY, tokens.refresh_token);
}

function forget() {
  accessToken = null;
  sessionStorage.removeItem(KEY);
}

export async function signIn(email, password) {
  const answer = await call("POST", "/auth/login", { body: { email, password } });
  if (answer.ok) keep(answer.body);
  return answer;
}

// Trades the refresh token for new ones; whether there is a session afterwards. Repeating it is safe:
// within ten seconds the same successor is given.
async function refresh() {
  const refreshToken = sessionStorage.getItem(KEY);
  if (!refreshToken) return false;
  const answer = await call("POST", "/auth/refresh", { body: { refresh_token: refreshToken } });
  if (answer.ok) keep(answer.body);
  else if (answer.status === 401) forget();
  return answer.ok;
}

// Calls the interface as whoever is signed in; an access token that expired is renewed once.
export async function authorized(method, path, body) {
  if (!accessToken && !(await refresh())) return { ok: false, status: 401, body: null };
  const answer = await call(method, path, { body, accessToken });
  if (answer.status !== 401 || !(await refresh())) return answer;
  return call(method, path, { body, accessToken });
}

export async function signOut() {
  const answer = await authorized("POST", "/auth/logout");
  if (answer.ok || answer.status === 401) forget();
  return answer;
}

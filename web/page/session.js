// A session in the browser: the access token stays in memory, the refresh token in this tab.

import { dropDrafts } from "./drafts.js";
import { Told, call, sentence } from "./form.js";
import { dropUploads } from "./kept-uploads.js";
import { dropReturn } from "./return.js";

const KEY = "alta-refresh-token";
let accessToken = null;
let refreshing = null;

function keep(tokens) {
  accessToken = tokens.access_token;
  sessionStorage.setItem(KEY, tokens.refresh_token);
}

// The access token as it is, for a call that no answer is waited for.
export function accessTokenNow() {
  return accessToken;
}

export function forget() {
  accessToken = null;
  sessionStorage.removeItem(KEY);
}

// Opens a session for whoever proves who they are: `{ email, password }`, or what `assertion` made.
export async function signIn(proof) {
  const answer = await call("POST", "/auth/login", { body: proof });
  if (answer.ok) keep(answer.body);
  return answer;
}

// Trades the refresh token for new ones; whether there is a session afterwards. Repeating it is safe:
// within ten seconds the same successor is given.
async function rotate() {
  const refreshToken = sessionStorage.getItem(KEY);
  if (!refreshToken) return false;
  const answer = await call("POST", "/auth/refresh", { body: { refresh_token: refreshToken } });
  if (answer.ok) keep(answer.body);
  else if (answer.status === 401) forget();
  // Whoever cannot be asked at the moment has not signed out.
  else throw new Told(sentence(answer));
  return answer.ok;
}

// Calls that find the token expired at the same time wait for the same new one.
function refresh() {
  refreshing ??= rotate().finally(() => (refreshing = null));
  return refreshing;
}

// Whether the answer says that nobody is signed in. A wrong password is a 401 too, and says nothing of that.
export function isSignedOut({ status, body }) {
  return status === 401 && body?.code !== "invalid_credentials";
}

// Calls the interface as whoever is signed in; an access token that expired is renewed once.
export async function authorized(method, path, options) {
  if (!accessToken && !(await refresh())) return { ok: false, status: 401, body: null };
  const answer = await call(method, path, { ...options, accessToken });
  if (!isSignedOut(answer) || !(await refresh())) return answer;
  return call(method, path, { ...options, accessToken });
}

export async function signOut() {
  const answer = await authorized("POST", "/auth/logout");
  if (answer.ok || answer.status === 401) {
    forget();
    dropUploads();
    dropDrafts();
    dropReturn();
  }
  return answer;
}

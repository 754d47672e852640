// What the forms of these pages share: one request at a time, and one place that tells how it ended.

const outcome = document.querySelector("#outcome");

// Tells the reader, and those who listen to the page, how it went.
export function show(sentence) {
  outcome.textContent = sentence;
  outcome.focus();
}

// The token of a mailed link. It is a right: it does not stay in the address bar, the history or a bookmark.
export function takeToken() {
  const token = new URLSearchParams(location.search).get("token");
  history.replaceState(null, "", location.pathname);
  return token;
}

// Calls the interface with JSON; the answer's body is null where there is none.
export async function call(method, path, { body, accessToken } = {}) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (accessToken) headers.authorization = `Bearer ${accessToken}`;
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = await response.json().catch(() => null);
  return { ok: response.ok, status: response.status, body: answer };
}

// A problem in a sentence: what is wrong with which field, or what happened.
export function sentence({ status, body }) {
  if (body?.errors?.length) {
    return body.errors.map(({ field, message }) => `${field}: ${message}`).join("; ");
  }
  return body?.detail ?? body?.title ?? `The server answered ${status}.`;
}

// Runs a form's request when it is sent; what `run` returns is shown.
export function onSubmit(form, run) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    show("One moment …");
    try {
      show(await run(Object.fromEntries(new FormData(form))));
    } catch {
      show("The server cannot be reached. Please try again.");
    } finally {
      button.disabled = false;
    }
  });
}

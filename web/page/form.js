// What the forms of these pages share: one request at a time, and one place that tells how it ended.

const outcome = document.querySelector("#outcome");

// Ends what a form or a button does; the message is a sentence for the reader.
export class Told extends Error {}

// Tells the reader, and those who listen to the page, how it went.
export function show(sentence, place = outcome) {
  place.textContent = sentence;
  place.focus();
}

// The token of a mailed link. It is a right: it does not stay in the address bar, the history or a bookmark.
export function takeToken() {
  const token = new URLSearchParams(location.search).get("token");
  history.replaceState(null, "", location.pathname);
  return token;
}

// Calls the interface with JSON; the answer's body is null where there is none, and a Blob where a file is wanted.
export async function call(method, path, { body, headers, accessToken, file = false, keepalive = false } = {}) {
  const sent = new Headers(headers);
  if (body !== undefined && !sent.has("content-type")) sent.set("content-type", "application/json");
  if (accessToken) sent.set("authorization", `Bearer ${accessToken}`);
  try {
    const request = { method, headers: sent, keepalive, body: body === undefined ? undefined : JSON.stringify(body) };
    const response = await fetch(path, request);
    const answer = file && response.ok ? await response.blob() : await response.json().catch(() => null);
    return { ok: response.ok, status: response.status, headers: response.headers, body: answer };
  } catch {
    throw new Told("The server cannot be reached. Please try again.");
  }
}

// A problem in a sentence: what is wrong with which field, or what happened.
export function sentence({ status, body }) {
  if (body?.errors?.length) {
    return body.errors.map(({ field, message }) => `${field}: ${message}`).join("; ");
  }
  return body?.detail ?? body?.title ?? `The server answered ${status}.`;
}

// The body of an answer; a problem ends what the form does.
export function bodyOf(answer) {
  if (!answer.ok) throw new Told(sentence(answer));
  return answer.body;
}

// What went wrong, in a sentence.
export function explain(error) {
  if (error instanceof Told) return error.message;
  // A fault of these pages: whoever works on them finds it in the console.
  reportError(error);
  return "Something went wrong on this page.";
}

// The part of the page that a form or a button is in may have a place of its own for how it went.
function placeFor(element) {
  return element.closest("section, dialog")?.querySelector("[role=status]") ?? outcome;
}

async function perform(button, run) {
  const place = placeFor(button);
  button.disabled = true;
  show("One moment …", place);
  try {
    show(await run(), place);
  } catch (error) {
    show(explain(error), place);
  } finally {
    button.disabled = false;
  }
  // With nothing to tell, as after a question that was turned back from, the reader goes on where they were.
  if (!place.textContent) button.focus();
}

// Runs a form's request when it is sent; what `run` returns is shown.
export function onSubmit(form, run) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    perform(form.querySelector("button"), () => run(Object.fromEntries(new FormData(form))));
  });
}

// The same for a button outside of a form.
export function onClick(button, run) {
  button.addEventListener("click", () => perform(button, run));
}

// Runs what a page does when it opens; only what `run` returns, or a problem, is shown.
export async function onOpen(run) {
  try {
    const told = await run();
    if (told) show(told);
  } catch (error) {
    show(explain(error));
  }
}

// Who is signed in, and the name that others see.
import { bodyOf, onSubmit, sentence } from "./form.js";
import { asOwner } from "./owner.js";

const who = document.querySelector("#who");
const form = document.querySelector("#profile");
// Which version of the account is shown. A change is sent with it, so that none made elsewhere is overwritten.
let etag = null;

function fill({ headers, body: { email, display_name } }) {
  etag = headers.get("etag");
  who.textContent = `You are signed in as ${email}.`;
  form.elements.display_name.value = display_name ?? "";
  // Password managers look for the account that a password belongs to.
  for (const field of document.querySelectorAll("[autocomplete=username]")) field.value = email;
}

export async function loadProfile() {
  const answer = await asOwner("GET", "/users/me");
  bodyOf(answer);
  fill(answer);
}

onSubmit(form, async ({ display_name }) => {
  const headers = { "content-type": "application/merge-patch+json", "if-match": etag };
  const body = { display_name: display_name.trim() || null };
  const answer = await asOwner("PATCH", "/users/me", { body, headers });
  if (answer.body?.code === "stale") {
    await loadProfile();
    return "Your account was changed elsewhere meanwhile. This is how it is now.";
  }
  if (!answer.ok) return sentence(answer);
  fill(answer);
  return body.display_name ? "Your name is saved." : "Your name is removed.";
});

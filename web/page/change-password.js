// Sets another password. The present one may be left out: then the reader is asked for it, or for a passkey,
// only if they did not just prove who they are.
import { bodyOf, onSubmit } from "./form.js";
import { loadPasskeys } from "./passkeys.js";
import { proven } from "./reauthenticate.js";
import { loadSessions } from "./sessions.js";

const form = document.querySelector("#change-password");

onSubmit(form, async ({ current_password, new_password }) => {
  const body = current_password ? { current_password, new_password } : { new_password };
  bodyOf(await proven("POST", "/users/me/password", { body }));
  form.reset();
  await Promise.all([loadPasskeys(), loadSessions()]);
  return "The password is changed, and every other session is ended.";
});

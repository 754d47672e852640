// Makes an account; the mail that follows holds the link that confirms the address.
import { call, onSubmit, sentence } from "./form.js";

const form = document.querySelector("#register");

onSubmit(form, async ({ email, password, display_name }) => {
  const body = display_name ? { email, password, display_name } : { email, password };
  const answer = await call("POST", "/auth/register", { body });
  if (!answer.ok) return sentence(answer);
  form.hidden = true;
  return "A mail is on its way to you. Open the link in it to confirm your address.";
});

// Sets a new password with the token from a mailed link.
import { call, onSubmit, sentence, show, takeToken } from "./form.js";

const form = document.querySelector("#reset-password");
const token = takeToken();

onSubmit(form, async ({ password }) => {
  const answer = await call("POST", "/auth/password/reset", { body: { token, password } });
  if (answer.ok) {
    form.hidden = true;
    return "The password is set, and every session was ended. You can sign in with it now.";
  }
  if (answer.body?.code === "token_expired") return "This link has expired. Have another one sent.";
  if (answer.body?.code === "token_invalid") return "This link is not known, or was used. Have another one sent.";
  return sentence(answer);
});

if (token) form.hidden = false;
else show("This address lacks its token. Open the link from the mail again, or have another one sent.");

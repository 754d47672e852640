// Confirms an address with the token from a mailed link. Only the button calls the server, so that a
// program that merely opens links confirms nothing.
import { call, onSubmit, sentence, show, takeToken } from "./form.js";

const confirmForm = document.querySelector("#confirm");
const resendForm = document.querySelector("#resend");
const token = takeToken();

onSubmit(confirmForm, async () => {
  const answer = await call("GET", `/auth/verify-email?${new URLSearchParams({ token })}`);
  if (answer.ok) {
    confirmForm.hidden = true;
    return "Your address is confirmed. You can sign in now.";
  }
  const code = answer.body?.code;
  if (code !== "token_expired" && code !== "token_invalid") return sentence(answer);
  confirmForm.hidden = true;
  resendForm.hidden = false;
  return code === "token_expired"
    ? "This link has expired. Enter your address and we send you a new one."
    : "This link is not known. Was all of it copied? A new one can be sent to you.";
});

onSubmit(resendForm, async ({ email }) => {
  const answer = await call("POST", "/auth/verify-email/resend", { body: { email } });
  return answer.ok ? "If this address waits for its confirmation, a new link is on its way to it." : sentence(answer);
});

if (token) {
  confirmForm.hidden = false;
} else {
  resendForm.hidden = false;
  show("This address lacks its token. Open the link from the mail again, or have a new one sent.");
}

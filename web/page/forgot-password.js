// Has a link mailed that sets a new password.
import { call, onSubmit, sentence } from "./form.js";

onSubmit(document.querySelector("#forgot-password"), async ({ email }) => {
  const answer = await call("POST", "/auth/password/forgot", { body: { email } });
  return answer.ok ? "If there is an account with this address, a link is on its way to it." : sentence(answer);
});

// Some calls are refused unless the reader proved who they are within ten minutes. They are asked here, and
// what they began goes on.
import { SENT, ask } from "./ask.js";
import { assertion, canUsePasskeys } from "./ceremony.js";
import { Told, onSubmit, sentence } from "./form.js";
import { asOwner } from "./owner.js";

const dialog = document.querySelector("#reauthenticate");
const passwordForm = document.querySelector("#prove-by-password");
const passkeyForm = document.querySelector("#prove-by-passkey");

// Calls as the owner of the account, who proves who they are where that is asked.
export async function proven(method, path, options) {
  const answer = await asOwner(method, path, options);
  if (answer.body?.code !== "reauthentication_required") return answer;
  await prove();
  return asOwner(method, path, options);
}

async function prove() {
  const isProven = await ask(dialog);
  passwordForm.reset();
  if (!isProven) throw new Told("Nothing was changed, since you did not prove who you are.");
}

async function present(proof) {
  const answer = await asOwner("POST", "/auth/reauthenticate", { body: proof });
  if (!answer.ok) return sentence(answer);
  dialog.close(SENT);
  return "";
}

passkeyForm.hidden = !canUsePasskeys;
onSubmit(passwordForm, ({ password }) => present({ password }));
onSubmit(passkeyForm, async () => present(await assertion()));

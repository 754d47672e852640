// Some calls are refused unless the reader proved who they are within ten minutes. They are asked here, and
// what they began goes on.
import { assertion, canUsePasskeys } from "./ceremony.js";
import { Told, onSubmit, sentence } from "./form.js";
import { asOwner } from "./owner.js";

const dialog = document.querySelector("#reauthenticate");
const passwordForm = document.querySelector("#prove-by-password");
const passkeyForm = document.querySelector("#prove-by-passkey");
const PROVEN = "proven";

// Calls as the owner of the account, who proves who they are where that is asked.
export async function proven(method, path, options) {
  const answer = await asOwner(method, path, options);
  if (answer.body?.code !== "reauthentication_required") return answer;
  await prove();
  return asOwner(method, path, options);
}

function prove() {
  // Escape leaves the value as it was the last time.
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve, reject) => {
    const closed = () => {
      passwordForm.reset();
      if (dialog.returnValue === PROVEN) resolve();
      else reject(new Told("Nothing was changed, since you did not prove who you are."));
    };
    dialog.addEventListener("close", closed, { once: true });
  });
}

async function present(proof) {
  const answer = await asOwner("POST", "/auth/reauthenticate", { body: proof });
  if (!answer.ok) return sentence(answer);
  dialog.close(PROVEN);
  return "";
}

passkeyForm.hidden = !canUsePasskeys;
onSubmit(passwordForm, ({ password }) => present({ password }));
onSubmit(passkeyForm, async () => present(await assertion()));

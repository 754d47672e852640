// The reader's passkeys: listed, added, confirmed, renamed, removed.
import { ask } from "./ask.js";
import { attestation, canUsePasskeys } from "./ceremony.js";
import { button, element, moment } from "./element.js";
import { bodyOf, onClick, onSubmit } from "./form.js";
import { pagedList } from "./list.js";
import { asOwner } from "./owner.js";
import { proven } from "./reauthenticate.js";

const section = document.querySelector("#passkeys");
const form = document.querySelector("#add-passkey");
const renameDialog = document.querySelector("#rename-passkey");
const removeDialog = document.querySelector("#remove-passkey");

function entry(passkey) {
  const { name, created_at, last_used_at, suspended_at } = passkey;
  const confirm = button("Confirm", name);
  const rename = button("Rename", name);
  const remove = button("Remove", name);
  confirm.hidden = !suspended_at;
  onClick(confirm, () => confirmPasskey(passkey));
  onClick(rename, () => renamePasskey(passkey));
  onClick(remove, () => removePasskey(passkey));
  const suspended = suspended_at ? ". Suspended when the password was changed: confirm it, or remove it if it is not yours" : "";
  const used = last_used_at ? ["last used ", moment(last_used_at)] : ["never used"];
  return element("li", {},
    element("div", {},
      element("strong", {}, name),
      element("p", { className: "fine" }, "Added ", moment(created_at), ", ", ...used, suspended)),
    element("div", { className: "buttons" }, confirm, rename, remove));
}

export const loadPasskeys = pagedList(section, "/users/me/passkeys", entry);

async function confirmPasskey({ id, name }) {
  bodyOf(await proven("POST", `/users/me/passkeys/${id}/confirm`));
  await loadPasskeys();
  return `The passkey ${name} is confirmed. You can sign in with it again.`;
}

async function renamePasskey({ id, name }) {
  renameDialog.querySelector("[name=name]").value = name;
  const answer = await ask(renameDialog);
  if (!answer) return "";
  const body = { name: answer.name };
  const renamed = bodyOf(await asOwner("PATCH", `/users/me/passkeys/${id}`, { body }));
  await loadPasskeys();
  return `The passkey is called ${renamed.name} now.`;
}

async function removePasskey({ id, name }) {
  removeDialog.querySelector(".name").textContent = name;
  if (!(await ask(removeDialog))) return "";
  bodyOf(await proven("DELETE", `/users/me/passkeys/${id}`));
  await loadPasskeys();
  return `The passkey ${name} is removed. Your device may still offer it; you can delete it there too.`;
}

form.hidden = !canUsePasskeys;
onSubmit(form, async ({ name }) => {
  const started = bodyOf(await proven("POST", "/auth/passkeys/register/start"));
  const body = await attestation(started);
  if (name.trim()) body.name = name;
  const passkey = bodyOf(await proven("POST", "/auth/passkeys/register/finish", { body }));
  form.reset();
  await loadPasskeys();
  return `The passkey ${passkey.name} is added. You can sign in with it now.`;
});

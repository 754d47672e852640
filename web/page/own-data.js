// What the platform holds on the reader: downloaded, or deleted with the account.
import { ask } from "./ask.js";
import { element } from "./element.js";
import { bodyOf, onSubmit, sentence, show } from "./form.js";
import { asOwner } from "./owner.js";
import { proven } from "./reauthenticate.js";
import { forget } from "./session.js";

onSubmit(document.querySelector("#export"), async () => {
  const file = bodyOf(await asOwner("GET", "/users/me/export", { file: true }));
  // Behind the address is the file itself; a link to the interface would carry no access token.
  element("a", { href: URL.createObjectURL(file), download: "alta-data-account.json" }).click();
  return "Your data is downloaded.";
});

onSubmit(document.querySelector("#delete-account"), async () => {
  if (!(await ask(document.querySelector("#confirm-deletion")))) return "";
  const answer = await proven("DELETE", "/users/me");
  if (answer.body?.code === "last_admin") {
    const names = answer.body.projects.map(({ name }) => name).join(", ");
    return `Nothing was deleted. These projects have no other admin: ${names}. Give each another one, or delete it.`;
  }
  if (!answer.ok) return sentence(answer);
  forget();
  document.querySelector("#account").hidden = true;
  show("Your account is deleted.");
  return "";
});

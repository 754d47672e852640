// Signs in, by password or by passkey, and out, and says who is signed in.
import { assertion, canUsePasskeys } from "./ceremony.js";
import { onOpen, onSubmit, sentence } from "./form.js";
import { keptInvitation } from "./kept-invitation.js";
import { dropReturn, keptReturn } from "./return.js";
import { authorized, signIn, signOut } from "./session.js";

const passwordForm = document.querySelector("#sign-in");
const passkeyForm = document.querySelector("#sign-in-by-passkey");
const signOutForm = document.querySelector("#sign-out");

// The account that is signed in, in a sentence; nothing when nobody is.
async function whoAmI() {
  const answer = await authorized("GET", "/auth/me");
  passwordForm.hidden = answer.ok;
  passkeyForm.hidden = answer.ok || !canUsePasskeys;
  signOutForm.hidden = !answer.ok;
  if (!answer.ok) return "";
  const { email, display_name, is_verified } = answer.body;
  const name = display_name ? `${display_name} (${email})` : email;
  return `You are signed in as ${name}.${is_verified ? "" : " Your address is not confirmed yet."}`;
}

async function signInBy(proof) {
  const answer = await signIn(proof);
  if (!answer.ok) return sentence(answer);
  passwordForm.reset();
  return whoAmI();
}

onSubmit(passwordForm, ({ email, password }) => signInBy({ email, password }));

// No address is asked: the passkey knows whose it is.
onSubmit(passkeyForm, async () => signInBy(await assertion()));

onSubmit(signOutForm, async () => {
  const answer = await signOut();
  if (!answer.ok && answer.status !== 401) return sentence(answer);
  await whoAmI();
  return "You are signed out.";
});

const back = document.querySelector("#return");
back.hidden = !keptReturn();
back.querySelector("a").href = keptReturn() ?? "/your-projects";
back.addEventListener("click", dropReturn);
document.querySelector("#invitation").hidden = !keptInvitation();
onOpen(whoAmI);

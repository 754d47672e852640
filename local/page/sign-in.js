// Signs in and out, and says who is signed in.
import { onSubmit, sentence, show } from "./form.js";
import { authorized, signIn, signOut } from "./session.js";

const signInForm = document.querySelector("#sign-in");
const signOutForm = document.querySelector("#sign-out");

// The account that is signed in, in a sentence; null when nobody is.
async function whoAmI() {
  const answer = await authorized("GET", "/auth/me");
  signInForm.hidden = answer.ok;
  signOutForm.hidden = !answer.ok;
  if (!answer.ok) return null;
  const { email, display_name, email_verified } = answer.body;
  const name = display_name ? `${display_name} (${email})` : email;
  return `You are signed in as ${name}.${email_verified ? "" : " Your address is not confirmed yet."}`;
}

onSubmit(signInForm, async ({ email, password }) => {
  const answer = await signIn(email, password);
  if (!answer.ok) return sentence(answer);
  signInForm.reset();
  return whoAmI();
});

onSubmit(signOutForm, async () => {
  const answer = await signOut();
  if (!answer.ok && answer.status !== 401) return sentence(answer);
  await whoAmI();
  return "You are signed out.";
});

whoAmI()
  .then((account) => account && show(account))
  .catch(() => show("The server cannot be reached. Please try again."));

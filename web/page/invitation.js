// Shows what an invitation is for, and accepts it once its addressee has signed in.
import { bodyOf, call, onOpen, onSubmit, sentence, takeToken } from "./form.js";
import { keepInvitation, keptInvitation } from "./kept-invitation.js";
import { authorized, isSignedOut } from "./session.js";

const what = document.querySelector("#what");
const acceptForm = document.querySelector("#accept");
const strangers = document.querySelector("#strangers");
const token = takeToken() ?? keptInvitation();

function showWhether(signedIn) {
  acceptForm.hidden = !signedIn;
  strangers.hidden = signedIn;
}

onSubmit(acceptForm, async () => {
  const answer = await authorized("POST", `/invitations/${encodeURIComponent(token)}/accept`);
  if (isSignedOut(answer)) {
    showWhether(false);
    return "Your session has ended.";
  }
  if (!answer.ok) return sentence(answer);
  keepInvitation(null);
  acceptForm.hidden = true;
  return `You are a member of ${answer.body.project_name} now, as ${answer.body.role}.`;
});

onOpen(async () => {
  if (!token) return "This address lacks its token. Open the link from the mail again.";
  const invitation = await call("GET", `/invitations/${encodeURIComponent(token)}`);
  if (!invitation.ok) {
    keepInvitation(null);
    return sentence(invitation);
  }
  const { project_name, role, email, invited_by } = bodyOf(invitation);
  what.textContent = `${invited_by ?? "Somebody"} invites ${email} to the project ${project_name}, as ${role}.`;
  strangers.querySelector(".email").textContent = email;
  keepInvitation(token);
  const me = await authorized("GET", "/auth/me");
  showWhether(me.ok);
  return "";
});

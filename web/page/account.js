// The account of whoever is signed in. Each part of the page is a module of its own.
import "./change-password.js";
import "./own-data.js";
import { onOpen, onSubmit, sentence } from "./form.js";
import { loadPasskeys } from "./passkeys.js";
import { loadProfile } from "./profile.js";
import { signOut } from "./session.js";
import { loadSessions } from "./sessions.js";

onSubmit(document.querySelector("#sign-out"), async () => {
  const answer = await signOut();
  if (!answer.ok && answer.status !== 401) return sentence(answer);
  location.replace("/sign-in");
  return "You are signed out.";
});

onOpen(async () => {
  await loadProfile();
  await Promise.all([loadPasskeys(), loadSessions()]);
  document.querySelector("#account").hidden = false;
});

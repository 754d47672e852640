// Calls as the owner of the account that the page shows.
import { keepReturn } from "./return.js";
import { authorized, isSignedOut } from "./session.js";

// Whoever is not signed in, or no longer, is led to where they can be.
export async function asOwner(method, path, options) {
  const answer = await authorized(method, path, options);
  if (!isSignedOut(answer)) return answer;
  keepReturn();
  location.replace("/sign-in");
  // The page is being left: nothing on it goes on.
  return new Promise(() => {});
}

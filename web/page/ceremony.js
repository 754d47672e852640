// The browser's part in a passkey's ceremonies (https://www.w3.org/TR/webauthn-3/): it asks the reader, and
// their authenticator answers the server's challenge.
import { Told, bodyOf, call } from "./form.js";

// Whether this browser can use passkeys at all; without `parse…OptionsFromJSON` it is too old for these pages.
export const canUsePasskeys = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON);

// What the dialog came to when it made nothing.
function refusal(error, nothing) {
  if (error.name === "NotAllowedError") return new Told(`${nothing}: the dialog was closed, or it took too long.`);
  if (error.name === "InvalidStateError") return new Told(`${nothing}: this device holds one for this account already.`);
  return new Told(`${nothing}: ${error.message}`);
}

// Proof of who the reader is, by whichever passkey they pick: for `/auth/login` and `/auth/reauthenticate`.
export async function assertion() {
  const { ceremony_id, options } = bodyOf(await call("POST", "/auth/passkeys/login/start"));
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey }).catch((error) => {
    throw refusal(error, "No passkey was used");
  });
  return { ceremony_id, credential: credential.toJSON() };
}

// A new passkey, made as the server asked: for `/auth/passkeys/register/finish`.
export async function attestation({ ceremony_id, options }) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey }).catch((error) => {
    throw refusal(error, "No passkey was made");
  });
  return { ceremony_id, credential: credential.toJSON() };
}

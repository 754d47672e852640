/** Passkeys (WebAuthn) in the browser. */

import type { Api } from "./api.js";
import type { Schema } from "./types.js";

/** Returns true if this browser can use passkeys. */
export function passkeysSupported(): boolean {
  return typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** The options for choosing a passkey. */
export interface PasskeyRequest {
  /** `conditional` offers passkeys in the autofill of a field with `autocomplete="username webauthn"`. */
  mediation?: CredentialMediationRequirement;
  signal?: AbortSignal;
}

/** Lets the user choose a passkey, and returns the proof for `POST /auth/login` or `POST /auth/reauthenticate`. */
export async function assertion(api: Api, request: PasskeyRequest = {}): Promise<Schema<"Assertion">> {
  const { ceremony_id, options } = await api.post("/auth/passkeys/login/start");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return { ceremony_id, credential: toJson(await navigator.credentials.get({ publicKey, ...request })) };
}

/** Creates a passkey on this device and registers it. Needs a session that signed in within the last 10 minutes. */
export async function createPasskey(api: Api, name?: string): Promise<Schema<"Passkey">> {
  const { ceremony_id, options } = await api.post("/auth/passkeys/register/start");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = toJson(await navigator.credentials.create({ publicKey }));
  return api.post("/auth/passkeys/register/finish", {
    body: { ceremony_id, credential, ...(name !== undefined && { name }) },
  });
}

function toJson(credential: Credential | null): PublicKeyCredentialJSON {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("No passkey was chosen.", "NotAllowedError");
  return credential.toJSON();
}

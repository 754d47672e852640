import { passkeysSupported } from "@alta-data/client";
import { useEffect } from "react";
import { alta } from "#/api/alta";

/** The challenge of the server is valid for five minutes. */
const RENEWAL = 4 * 60_000;

/**
 * Offers passkeys in the autofill of the field with `autocomplete="username webauthn"` while `enabled`. A click on a
 * passkey button must disable it, because a browser runs one request at a time.
 */
export function usePasskeyAutofill(enabled: boolean, onSignedIn: () => void): void {
  useEffect(() => {
    if (!enabled || !passkeysSupported()) return undefined;
    let current = new AbortController();
    let stopped = false;
    const offer = async () => {
      if (stopped || !(await PublicKeyCredential.isConditionalMediationAvailable())) return;
      current = new AbortController();
      const timer = setTimeout(() => current.abort(), RENEWAL);
      try {
        await alta.session.signInWithPasskey({ mediation: "conditional", signal: current.signal });
        onSignedIn();
      } catch {
        // The user chose none, or it was refused. The form and the button remain.
        if (current.signal.aborted) void offer();
      } finally {
        clearTimeout(timer);
      }
    };
    void offer();
    return () => {
      stopped = true;
      current.abort();
    };
  }, [enabled, onSignedIn]);
}

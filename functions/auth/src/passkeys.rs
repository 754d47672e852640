//! Passkeys: WebAuthn ceremonies (<https://www.w3.org/TR/webauthn-3/>), implemented with webauthn-rs.
//!
//! The state of a ceremony is stored in the database as JSON, since another instance may handle the request that
//! finishes it.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{
    base::config::Error,
    http::problem::{Problem, Result},
    identity::account::Account,
};
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::model::NewPasskey;

shared::settings! {
    /// Settings of the WebAuthn relying party.
    pub struct PasskeySettings {
        /// Relying party id: the domain of the pages that use passkeys, or a registrable parent domain. Changing it invalidates all passkeys.
        pub rp_id: String = "PASSKEY_RP_ID",
        /// Comma-separated origins of the pages that use passkeys.
        pub origins: Vec<String> = "PASSKEY_ORIGINS",
    }
}

/// Site name that the browser shows next to the account.
const RP_NAME: &str = "Alta Data";

/// Starts and finishes WebAuthn ceremonies.
#[derive(Clone)]
pub(crate) struct Passkeys(Arc<Webauthn>);

/// A started ceremony.
pub(crate) struct Started {
    /// Options for the browser, the input of `PublicKeyCredential.parse…OptionsFromJSON`.
    pub(crate) options: Value,
    /// Server-side state, stored until the ceremony is finished.
    pub(crate) state: Value,
}

/// The result of checking an assertion.
pub(crate) enum AssertionResult {
    /// The assertion is valid. Holds the passkey with its updated counter, which the caller must store.
    Valid(Value),
    /// The assertion is rejected.
    Refused(Refusal),
}

/// The reason why an assertion is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The signature is wrong, the challenge belongs to another ceremony, or the authenticator did not verify the user.
    Invalid,
    /// The signature counter did not increase: the key may have been copied.
    CounterRegression,
    /// The owner has not confirmed the passkey since the password was reset or changed.
    Suspended,
}

impl Refusal {
    /// Returns the reason as it appears in the audit log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_assertion",
            Self::CounterRegression => "counter_regression",
            Self::Suspended => "passkey_suspended",
        }
    }
}

impl Passkeys {
    pub(crate) fn new(settings: &PasskeySettings) -> Result<Self, Error> {
        let invalid = |why: &str| Error::of("PASSKEY_ORIGINS", why);
        let origins: Vec<Url> = settings
            .origins
            .iter()
            .map(|origin| origin.parse().map_err(|_| invalid(&format!("{origin:?} is not an origin"))))
            .collect::<Result<_, _>>()?;
        let first = origins.first().ok_or_else(|| invalid("expected at least one origin"))?;
        let builder = WebauthnBuilder::new(&settings.rp_id, first)
            .map_err(|_| Error::of("PASSKEY_RP_ID", format!("expected a domain of {first}")))?;
        let builder = origins.iter().skip(1).fold(builder, WebauthnBuilder::append_allowed_origin);
        let webauthn = builder.rp_name(RP_NAME).build().map_err(|error| Error::of("PASSKEY_RP_ID", error))?;
        Ok(Self(Arc::new(webauthn)))
    }

    /// Starts a registration. Excludes authenticators that hold one of the `known` passkeys.
    pub(crate) fn start_registration(&self, account: &Account, known: Vec<Vec<u8>>) -> Result<Started> {
        let name = account.display_name.as_deref().unwrap_or(&account.email);
        let (challenge, state) = self
            .0
            .start_passkey_registration(account.id.0, &account.email, name, Some(known))
            .map_err(Problem::internal)?;
        let mut options = to_json(&challenge.public_key)?;
        // webauthn-rs leaves the choice to the authenticator. Only a discoverable passkey can sign in without an email
        // address.
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok(Started { options, state: to_json(&state)? })
    }

    /// Returns the new passkey if the credential answers the challenge of the ceremony.
    pub(crate) fn finish_registration(
        &self,
        credential: &RegisterPublicKeyCredential,
        state: Value,
    ) -> Result<NewPasskey> {
        let state: PasskeyRegistration = from_json(state)?;
        let invalid = |error| Problem::invalid_field("credential", refused(&error));
        let passkey = self.0.finish_passkey_registration(credential, &state).map_err(invalid)?;
        Ok(NewPasskey { credential_id: passkey.cred_id().to_vec(), credential: to_json(&passkey)? })
    }

    /// Starts a sign-in with any passkey that the user picks.
    pub(crate) fn start_authentication(&self) -> Result<Started> {
        let (challenge, state) = self.0.start_discoverable_authentication().map_err(Problem::internal)?;
        Ok(Started { options: to_json(&challenge.public_key)?, state: to_json(&state)? })
    }

    /// Verifies an assertion against the challenge of its ceremony and the stored passkey.
    pub(crate) fn finish_authentication(
        &self,
        assertion: &PublicKeyCredential,
        state: Value,
        credential: Value,
    ) -> Result<AssertionResult> {
        let state: DiscoverableAuthentication = from_json(state)?;
        let mut passkey: Passkey = from_json(credential)?;
        match self.0.finish_discoverable_authentication_v2(assertion, state, &passkey) {
            Ok(result) => {
                passkey.update_credential(&result);
                Ok(AssertionResult::Valid(to_json(&passkey)?))
            }
            Err(WebauthnError::CredentialPossibleCompromise) => {
                Ok(AssertionResult::Refused(Refusal::CounterRegression))
            }
            Err(error) => {
                tracing::info!(%error, "passkey assertion refused");
                Ok(AssertionResult::Refused(Refusal::Invalid))
            }
        }
    }
}

fn refused(error: &WebauthnError) -> String {
    format!("was refused: {error}")
}

fn to_json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Problem::internal)
}

fn from_json<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(Problem::internal)
}

/// A credential in the format of the browser's `toJSON()` (WebAuthn 3, 5.1). Unknown fields are ignored, so that
/// fields added by browsers do not break sign-in.
pub(crate) struct Credential<T>(Result<T, String>);

impl<T> Credential<T> {
    pub(crate) fn get(&self) -> Result<&T> {
        self.0.as_ref().map_err(|why| Problem::invalid_field("credential", why))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Credential<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = serde_json::from_value(value);
        Ok(Self(
            read.map_err(|error| format!("is not the output of `PublicKeyCredential.toJSON()`: {error}")),
        ))
    }
}

impl<T> garde::Validate for Credential<T> {
    type Context = ();

    fn validate_into(&self, (): &(), path: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        if let Err(why) = &self.0 {
            report.append(path(), garde::Error::new(why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PasskeySettings, Passkeys};

    fn passkeys(rp_id: &str, origins: &[&str]) -> Result<(), String> {
        let origins = origins.iter().map(|&origin| origin.to_owned()).collect();
        let settings = PasskeySettings { rp_id: rp_id.to_owned(), origins };
        Passkeys::new(&settings).map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_relying_party_id_must_be_a_domain_of_the_origins() {
        assert_eq!(passkeys("example.org", &["https://app.example.org", "https://example.org"]), Ok(()));
        assert_eq!(passkeys("localhost", &["http://localhost:8080"]), Ok(()));
        for (rp_id, origins) in [
            ("example.org", &["https://example.net"] as &[&str]),
            ("example.org", &[]),
            ("example.org", &["app"]),
        ] {
            let refused = passkeys(rp_id, origins).expect_err("a fault");
            assert!(refused.contains("PASSKEY_"), "{refused}");
        }
    }
}

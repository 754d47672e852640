//! Passkeys: the ceremonies of WebAuthn (<https://www.w3.org/TR/webauthn-3/>), carried out by webauthn-rs.
//!
//! What a ceremony has to remember goes to the database as JSON, since any instance may finish what another
//! began.

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
    /// Passkeys.
    pub struct PasskeySettings {
        /// The relying party's id: the domain of the pages that use passkeys, or a registrable one above it. Another value makes every passkey useless.
        pub rp_id: String = "PASSKEY_RP_ID",
        /// Origins of the pages that use passkeys, separated by commas.
        pub origins: Vec<String> = "PASSKEY_ORIGINS",
    }
}

/// What a browser shows beside the account.
const RP_NAME: &str = "Alta Data";

/// Carries out ceremonies.
#[derive(Clone)]
pub(crate) struct Passkeys(Arc<Webauthn>);

/// The beginning of a ceremony.
pub(crate) struct Started {
    /// For the browser: `PublicKeyCredential.parse…OptionsFromJSON` reads it.
    pub(crate) options: Value,
    /// For the finish.
    pub(crate) state: Value,
}

/// The result of checking an assertion.
pub(crate) enum Verdict {
    /// It is genuine; the passkey as it is to be stored after this use.
    Genuine(Value),
    /// It proves nothing.
    Refused(Refusal),
}

/// Why an assertion does not prove who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not genuine, not for this ceremony, or its user was not verified.
    Invalid,
    /// The counter did not grow: somebody may have a copy of the key.
    CounterRegression,
}

impl Refusal {
    /// For the audit log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_assertion",
            Self::CounterRegression => "counter_regression",
        }
    }
}

impl Passkeys {
    pub(crate) fn new(settings: &PasskeySettings) -> Result<Self, Error> {
        let wrong = |why: &str| Error::of("PASSKEY_ORIGINS", why);
        let origins: Vec<Url> = settings
            .origins
            .iter()
            .map(|origin| origin.parse().map_err(|_| wrong(&format!("{origin:?} is not an origin"))))
            .collect::<Result<_, _>>()?;
        let first = origins.first().ok_or_else(|| wrong("it names no origin"))?;
        let builder = WebauthnBuilder::new(&settings.rp_id, first)
            .map_err(|_| Error::of("PASSKEY_RP_ID", format!("it is no domain of {first}")))?;
        let builder = origins.iter().skip(1).fold(builder, WebauthnBuilder::append_allowed_origin);
        let webauthn = builder.rp_name(RP_NAME).build().map_err(|error| Error::of("PASSKEY_RP_ID", error))?;
        Ok(Self(Arc::new(webauthn)))
    }

    /// Begins to register a passkey on an authenticator that holds none of the `known` ones.
    pub(crate) fn start_registration(&self, account: &Account, known: Vec<Vec<u8>>) -> Result<Started> {
        let name = account.display_name.as_deref().unwrap_or(&account.email);
        let (challenge, state) = self
            .0
            .start_passkey_registration(account.id.0, &account.email, name, Some(known))
            .map_err(Problem::internal)?;
        let mut options = to_json(&challenge.public_key)?;
        // webauthn-rs leaves it to the authenticator; without one that is discoverable, nobody could sign
        // in without giving an address.
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok(Started { options, state: to_json(&state)? })
    }

    /// The passkey, if the credential is an answer to that challenge.
    pub(crate) fn finish_registration(
        &self,
        credential: &RegisterPublicKeyCredential,
        state: Value,
    ) -> Result<NewPasskey> {
        let state: PasskeyRegistration = from_json(state)?;
        let not_ours = |error| Problem::invalid_field("credential", refused(&error));
        let passkey = self.0.finish_passkey_registration(credential, &state).map_err(not_ours)?;
        Ok(NewPasskey { credential_id: passkey.cred_id().to_vec(), credential: to_json(&passkey)? })
    }

    /// Begins a sign-in with whichever passkey the user picks.
    pub(crate) fn start_authentication(&self) -> Result<Started> {
        let (challenge, state) = self.0.start_discoverable_authentication().map_err(Problem::internal)?;
        Ok(Started { options: to_json(&challenge.public_key)?, state: to_json(&state)? })
    }

    /// Checks that an assertion answers the challenge.
    pub(crate) fn finish_authentication(
        &self,
        assertion: &PublicKeyCredential,
        state: Value,
        credential: Value,
    ) -> Result<Verdict> {
        let state: DiscoverableAuthentication = from_json(state)?;
        let mut passkey: Passkey = from_json(credential)?;
        match self.0.finish_discoverable_authentication_v2(assertion, state, &passkey) {
            Ok(result) => {
                passkey.update_credential(&result);
                Ok(Verdict::Genuine(to_json(&passkey)?))
            }
            Err(WebauthnError::CredentialPossibleCompromise) => {
                Ok(Verdict::Refused(Refusal::CounterRegression))
            }
            Err(error) => {
                tracing::info!(%error, "an assertion was refused");
                Ok(Verdict::Refused(Refusal::Invalid))
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

/// A credential as the browser's `toJSON()` gives it (WebAuthn 3, 5.1). It is read whole or not at all, and
/// may hold more than is looked at: what browsers add to it must not break a sign-in.
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
        Ok(Self(read.map_err(|error| format!("is not what `PublicKeyCredential.toJSON()` gives: {error}"))))
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
    fn a_relying_party_has_a_domain_of_its_origins() {
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

//! Refresh tokens, derived from the session id and its rotation counter. No token is stored.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::{ExposeSecret as _, SecretString};
use shared::base::{config::Error, ids::SessionId};
use uuid::Uuid;

shared::settings! {
    /// Settings for deriving refresh tokens.
    pub struct RefreshTokenSettings {
        /// HMAC key in base64, at least 32 bytes.
        pub key: SecretString = "REFRESH_TOKEN_KEY",
    }
}

/// Derives and verifies refresh tokens.
#[derive(Clone)]
pub(crate) struct RefreshTokens {
    key: Arc<hmac::Key>,
}

impl RefreshTokens {
    pub(crate) fn new(settings: &RefreshTokenSettings) -> Result<Self, Error> {
        let key = STANDARD
            .decode(settings.key.expose_secret())
            .ok()
            .filter(|key| key.len() >= 32)
            .ok_or_else(|| Error::of("REFRESH_TOKEN_KEY", "expected at least 32 bytes in base64"))?;
        Ok(Self { key: Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &key)) })
    }

    /// Derives the token of a session after `counter` rotations: `base64url(session ‖ counter ‖ HMAC)`.
    pub(crate) fn derive(&self, session: SessionId, counter: i32) -> SecretString {
        let mut token = session.0.as_bytes().to_vec();
        token.extend(counter.to_be_bytes());
        let tag = hmac::sign(&self.key, &token);
        token.extend(tag.as_ref());
        URL_SAFE_NO_PAD.encode(token).into()
    }

    /// Returns the session and the counter of a token, or `None` if its HMAC is wrong.
    pub(crate) fn read(&self, token: &SecretString) -> Option<(SessionId, i32)> {
        let token = URL_SAFE_NO_PAD.decode(token.expose_secret()).ok()?;
        let (signed, tag) = token.split_at_checked(SIGNED_BYTES)?;
        hmac::verify(&self.key, signed, tag).ok()?;
        let (session, counter) = signed.split_at_checked(SIGNED_BYTES - 4)?;
        Some((SessionId(Uuid::from_slice(session).ok()?), i32::from_be_bytes(counter.try_into().ok()?)))
    }
}

/// Length of the signed part: a session id and a counter.
const SIGNED_BYTES: usize = 16 + 4;

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use shared::base::ids::SessionId;

    use super::{RefreshTokenSettings, RefreshTokens};

    fn tokens(byte: u8) -> RefreshTokens {
        let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [byte; 32]);
        RefreshTokens::new(&RefreshTokenSettings { key: key.into() }).expect("a key")
    }

    #[test]
    fn a_derived_token_is_accepted_and_a_forged_one_is_not() {
        let session = SessionId::new();
        let token = tokens(1).derive(session, 7);
        assert_eq!(tokens(1).read(&token), Some((session, 7)));
        assert_eq!(tokens(2).read(&token), None);
        for forged in ["", "AAAA", &token.expose_secret()[1..], &format!("{}AA", token.expose_secret())] {
            assert_eq!(tokens(1).read(&forged.into()), None, "{forged}");
        }
    }
}

//! Refresh tokens: derived from the session and how often it was rotated, so none is kept anywhere.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::{ExposeSecret as _, SecretString};
use shared::{config::Error, ids::SessionId};

shared::settings! {
    /// Deriving refresh tokens.
    pub struct RefreshTokenSettings {
        /// The key, in base64: at least 32 bytes.
        pub key: SecretString = "REFRESH_TOKEN_KEY",
    }
}

/// Derives refresh tokens.
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

    /// The token of a session after so many rotations: `base64url(session ‖ counter ‖ HMAC)`.
    pub(crate) fn derive(&self, session: SessionId, counter: i32) -> SecretString {
        let mut token = session.0.as_bytes().to_vec();
        token.extend(counter.to_be_bytes());
        let tag = hmac::sign(&self.key, &token);
        token.extend(tag.as_ref());
        URL_SAFE_NO_PAD.encode(token).into()
    }
}

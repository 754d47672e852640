//! Tokens for mailed links. They are derived when the mail is rendered and never stored.
//!
//! A token is `HMAC-SHA256(key[key_id], purpose ‖ row id)`. The row stores only the key's id and the token's SHA-256,
//! so a redelivered event sends the same link, and no table, message or log contains a token.

use aws_lc_rs::{digest, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::base::{config::Error, keys::Keys};

crate::settings! {
    /// Settings for deriving the tokens of mailed links.
    pub struct MailTokenSettings {
        /// Keys as `id:base64`, separated by commas, at least 32 bytes each. The first key derives new tokens; keep the others until their tokens have expired.
        pub keys: SecretString = "MAIL_TOKEN_KEYS",
    }
}

/// The purpose of a link. A token is valid for one purpose only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Purpose {
    /// Verify an email address.
    Verification,
    /// Set a new password.
    PasswordReset,
    /// Join a project.
    Invitation,
}

/// Derives the tokens of mailed links.
#[derive(Clone)]
pub struct MailTokens(Keys);

/// A derived token as a row stores it: hashed, with the id of its key.
pub struct Derived {
    /// The id of the key that the token was derived with.
    pub key_id: String,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
}

impl MailTokens {
    /// Parses the keys.
    ///
    /// # Errors
    /// When there is no key, or a key is not base64 or has fewer than 32 bytes.
    pub fn new(settings: &MailTokenSettings) -> Result<Self, Error> {
        Keys::parse("MAIL_TOKEN_KEYS", &settings.keys).map(Self)
    }

    /// Derives the token of a new row and returns the columns to store.
    #[must_use]
    pub fn derive(&self, purpose: Purpose, row: Uuid) -> Derived {
        let (key_id, key) = self.0.first();
        let token = token(key, purpose, row);
        Derived { key_id: key_id.to_owned(), hash: hash(token.expose_secret()) }
    }

    /// Returns the token of a row, for the mail; `None` if its key has been removed.
    #[must_use]
    pub fn token(&self, key_id: &str, purpose: Purpose, row: Uuid) -> Option<SecretString> {
        Some(token(self.0.get(key_id)?, purpose, row))
    }
}

fn token(key: &hmac::Key, purpose: Purpose, row: Uuid) -> SecretString {
    let mut context = hmac::Context::with_key(key);
    context.update(<&str>::from(purpose).as_bytes());
    context.update(row.as_bytes());
    URL_SAFE_NO_PAD.encode(context.sign()).into()
}

/// Returns the hash that a row stores. A token from a link is found by its hash.
#[must_use]
pub fn hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use uuid::Uuid;

    use super::{MailTokenSettings, MailTokens, Purpose, hash};

    fn tokens(keys: &str) -> Result<MailTokens, crate::base::config::Error> {
        MailTokens::new(&MailTokenSettings { keys: keys.into() })
    }

    const OLD: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    #[test]
    fn a_link_stays_valid_when_the_key_is_rotated() {
        let row = Uuid::from_u128(7);
        let before = tokens(OLD).expect("keys").derive(Purpose::Verification, row);
        let after = tokens(&format!("{NEW},{OLD}")).expect("keys");
        let token = after.token(&before.key_id, Purpose::Verification, row).expect("a token");
        assert_eq!(hash(token.expose_secret()), before.hash);
        assert_eq!(after.derive(Purpose::Verification, row).key_id, "k2");
        assert!(tokens(NEW).expect("keys").token("k1", Purpose::Verification, row).is_none());
    }
}

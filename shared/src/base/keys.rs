//! Server keys for HMAC-SHA256, which can be rotated: the first key is used for new values, and the other keys verify
//! existing values.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};

use super::config::Error;

/// The keys of one variable, each with an id.
#[derive(Clone)]
pub struct Keys(Arc<[(String, hmac::Key)]>);

impl Keys {
    /// Parses keys as `id:base64`, separated by commas.
    ///
    /// # Errors
    /// When there is no key, or a key is not base64 or has fewer than 32 bytes.
    pub fn parse(variable: &str, keys: &SecretString) -> Result<Self, Error> {
        let invalid = |why: &str| Error::of(variable, why);
        let keys = keys.expose_secret().split(',').map(|entry| {
            let (id, key) = entry.trim().split_once(':').ok_or_else(|| invalid("expected `id:base64`"))?;
            let key = STANDARD.decode(key).map_err(|_| invalid("a key is not base64"))?;
            if key.len() < 32 {
                return Err(invalid("a key has fewer than 32 bytes"));
            }
            Ok((id.to_owned(), hmac::Key::new(hmac::HMAC_SHA256, &key)))
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the key for new values, and its id.
    #[must_use]
    pub fn first(&self) -> (&str, &hmac::Key) {
        let (id, key) = &self.0[0];
        (id.as_str(), key)
    }

    /// Returns the key with this id, unless it has been removed.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&hmac::Key> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, key)| key)
    }

    /// Iterates over all keys.
    pub fn iter(&self) -> impl Iterator<Item = &hmac::Key> {
        self.0.iter().map(|(_, key)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn a_key_that_is_missing_or_short_is_refused() {
        for keys in ["", "no key", "k1:AAAA", "k1:?"] {
            assert!(Keys::parse("KEYS", &keys.into()).is_err(), "{keys}");
        }
    }
}

//! Secrets, generated once by the operating system's generator and kept in the data folder.

use aws_lc_rs::{
    rand,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    data_dir::DataDir,
    error::{Error, Result},
};

/// The keys that sign and derive tokens.
pub(crate) struct Secrets {
    pub(crate) access_token_signing_key: String,
    pub(crate) access_token_jwks: String,
    pub(crate) refresh_token_key: String,
    pub(crate) mail_token_keys: String,
    pub(crate) audit_seal_key: String,
    pub(crate) cursor_keys: String,
}

impl Secrets {
    /// Loads the secrets of this data folder, or generates them.
    pub(crate) fn load_or_create(data: &DataDir) -> Result<Self> {
        let signing_key = data.load_or_store("access-token-key.pem", signing_key)?;
        Ok(Self {
            access_token_jwks: shared::identity::access_token::public_jwks(&signing_key)
                .map_err(Error::new)?,
            access_token_signing_key: signing_key,
            refresh_token_key: data.load_or_store("refresh-token.key", key)?,
            audit_seal_key: data.load_or_store("audit-seal.key", key)?,
            cursor_keys: format!("local:{}", data.load_or_store("cursor.key", key)?),
            mail_token_keys: format!("local:{}", data.load_or_store("mail-token.key", key)?),
        })
    }
}

/// 32 random hexadecimal digits.
pub(crate) fn random_name() -> Result<String> {
    random_bytes::<16>().map(hex::encode)
}

/// 32 random bytes in base64.
fn key() -> Result<String> {
    random_bytes::<32>().map(|bytes| STANDARD.encode(bytes))
}

/// A P-256 key in PKCS#8 PEM (RFC 7468).
fn signing_key() -> Result<String> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
        .map_err(|_| Error::new("no key could be generated"))?;
    let der = pair.to_pkcs8v1().map_err(|_| Error::new("no key could be generated"))?;
    let encoded = STANDARD.encode(der.as_ref());
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
}

fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::new("the operating system returns no random numbers"))?;
    Ok(bytes)
}

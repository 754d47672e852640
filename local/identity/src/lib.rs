//! The local cloud's service account and OIDC issuer, based on one RSA key in a file.
//!
//! Functions use it like a real service account: the same key file format, the same signed URLs, the same
//! self-signed bearer tokens. It also signs the OIDC tokens of push deliveries.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

const EMAIL: &str = "alta@alta-local.iam.gserviceaccount.com";
/// The lifetime of an OIDC token in seconds, the same as that of Pub/Sub's tokens.
const ID_TOKEN_SECONDS: u64 = 3600;

/// An error from creating or loading an identity.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key file could not be read or written.
    #[error("the key file: {0}")]
    File(#[from] io::Error),
    /// The key could not be generated, or the file contains no key.
    #[error("the key: {0}")]
    Key(String),
}

/// The local cloud's service account and OIDC issuer. Cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    issuer: String,
    pkcs8: Vec<u8>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    public_key: UnparsedPublicKey<Vec<u8>>,
    encoding: EncodingKey,
    decoding: DecodingKey,
    key_id: String,
}

/// The relevant claims of a self-signed service account token.
#[derive(Deserialize)]
struct BearerClaims {
    iss: String,
}

impl Identity {
    /// Generates a new key in memory.
    ///
    /// # Errors
    /// When the key cannot be generated.
    pub fn generate(issuer: &str) -> Result<Self, Error> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|error| Error::Key(error.to_string()))?;
        let pkcs8 = pair.as_der().map_err(|error| Error::Key(error.to_string()))?;
        Self::from_pkcs8(pkcs8.as_ref(), issuer)
    }

    /// Loads the key from `path`, or generates one and writes it there.
    ///
    /// # Errors
    /// When the file cannot be read or written, or contains no RSA key.
    pub fn load_or_create(path: &Path, issuer: &str) -> Result<Self, Error> {
        match fs::read(path) {
            Ok(pkcs8) => Self::from_pkcs8(&pkcs8, issuer),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let identity = Self::generate(issuer)?;
                let partial = path.with_extension("partial");
                let mut file =
                    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
                file.write_all(&identity.0.pkcs8)?;
                fs::rename(&partial, path)?;
                Ok(identity)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn from_pkcs8(pkcs8: &[u8], issuer: &str) -> Result<Self, Error> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|error| Error::Key(error.to_string()))?;
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &modulus);
        let encoding = EncodingKey::from_rsa_pem(pem(pkcs8).as_bytes())
            .map_err(|error| Error::Key(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            issuer: issuer.to_owned(),
            pkcs8: pkcs8.to_vec(),
            public_key: UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public.as_ref().to_vec()),
            decoding: DecodingKey::from_rsa_raw_components(&modulus, &exponent),
            encoding,
            key_id: URL_SAFE_NO_PAD.encode(&digest.as_ref()[..15]),
            modulus,
            exponent,
        })))
    }

    /// Returns the service account's email address.
    #[must_use]
    pub fn email(&self) -> &str {
        EMAIL
    }

    /// Returns the `iss` claim of the OIDC tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Returns the key in Google's service account key file format.
    #[must_use]
    pub fn key_json(&self) -> String {
        json!({
            "type": "service_account",
            "project_id": "alta-local",
            "private_key_id": self.0.key_id,
            "private_key": pem(&self.0.pkcs8),
            "client_email": EMAIL,
            "client_id": "100000000000000000001",
            "token_uri": "https://oauth2.googleapis.com/token",
            "universe_domain": "googleapis.com",
        })
        .to_string()
    }

    /// Returns true if `signature` is this account's RSASSA-PKCS1-v1_5 SHA-256 signature of `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.public_key.verify(message, signature).is_ok()
    }

    /// Returns true if the header contains a valid bearer token signed by this account.
    #[must_use]
    pub fn accepts_bearer(&self, authorization: Option<&http::HeaderValue>) -> bool {
        let Some(token) = authorization
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
        else {
            return false;
        };
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_aud = false; // Google's clients send a scope or an audience, depending on the service
        jsonwebtoken::decode::<BearerClaims>(token, &self.0.decoding, &validation)
            .is_ok_and(|token| token.claims.iss == EMAIL)
    }

    /// Returns an OIDC token like Google's for a push delivery, valid for an hour.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "receivers check tokens against the real time")]
    pub fn id_token(&self, audience: &str, email: &str) -> String {
        let now =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        let claims = json!({
            "iss": self.0.issuer,
            "aud": audience,
            "azp": "100000000000000000001",
            "sub": "100000000000000000001",
            "email": email,
            "email_verified": true,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
        });
        self.sign(&claims)
    }

    /// Signs any claims with the issuer's key. Tests use it to forge tokens.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.0.key_id.clone());
        jsonwebtoken::encode(&header, claims, &self.0.encoding).unwrap_or_default()
    }

    /// Returns the issuer's public key as a JWK set (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({"keys": [{
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.0.key_id,
            "n": URL_SAFE_NO_PAD.encode(&self.0.modulus),
            "e": URL_SAFE_NO_PAD.encode(&self.0.exponent),
        }]})
    }
}

fn pem(pkcs8: &[u8]) -> String {
    let encoded = STANDARD.encode(pkcs8);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn only_its_own_tokens_are_accepted() {
        let ours = Identity::generate("https://issuer").expect("a key");
        let theirs = Identity::generate("https://issuer").expect("a key");
        let claims = serde_json::json!({"iss": ours.email(), "sub": ours.email(), "exp": 4_000_000_000_u64});
        let header = |identity: &Identity| {
            http::HeaderValue::from_str(&format!("Bearer {}", identity.sign(&claims))).expect("a header")
        };
        assert!(ours.accepts_bearer(Some(&header(&ours))));
        assert!(!ours.accepts_bearer(Some(&header(&theirs))));
        assert!(!ours.accepts_bearer(None));
    }
}

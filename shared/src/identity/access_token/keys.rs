//! Generation of signing keys and derivation of their public halves.

use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, JwkSet, ThumbprintHash},
};

/// Generates a private key for [`SigningSettings`](super::SigningSettings): P-256 in PKCS#8 PEM.
///
/// # Errors
/// When the system provides no random bytes.
pub fn generate_key() -> Result<String, String> {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|error| error.to_string())?;
    let der = pair.to_pkcs8v1().map_err(|error| error.to_string())?;
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der.as_ref());
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{encoded}\n-----END PRIVATE KEY-----\n"))
}

/// Returns the JWK set with the public half of a private key, the value of `ACCESS_TOKEN_JWKS`.
///
/// # Errors
/// When the key is not a P-256 key in PKCS#8 PEM.
pub fn public_jwks(private_key_pem: &str) -> Result<String, String> {
    let (_, mut jwk) = read_key(private_key_pem)?;
    jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256).map_err(|error| error.to_string())?);
    serde_json::to_string(&JwkSet { keys: vec![jwk] }).map_err(|error| error.to_string())
}

pub(super) fn read_key(pem: &str) -> Result<(EncodingKey, Jwk), String> {
    let expected = |error| format!("expected a P-256 key in PKCS#8 PEM: {error}");
    let key = EncodingKey::from_ec_pem(pem.as_bytes()).map_err(expected)?;
    let jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(expected)?;
    Ok((key, jwk))
}

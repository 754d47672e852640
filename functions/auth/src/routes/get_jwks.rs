//! The handler of `GET /.well-known/jwks.json`.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use shared::{http::extract::Json, identity::principal::Authority};
use utoipa::ToSchema;

/// A set of public keys (RFC 7517).
#[derive(ToSchema)]
#[schema(as = JwkSet)]
#[allow(dead_code, reason = "describes what jsonwebtoken writes")]
struct KeySet {
    keys: Vec<PublicKey>,
}

/// A public key that verifies access tokens.
#[derive(ToSchema)]
#[schema(as = Jwk)]
#[allow(dead_code, reason = "describes what jsonwebtoken writes")]
struct PublicKey {
    /// The id of the key, as in the header of a token.
    kid: String,
    /// The type of the key: `EC` or `OKP`.
    kty: String,
    /// The signature algorithm: `ES256` or `EdDSA`.
    alg: String,
    /// The purpose of the key: `sig`.
    #[schema(rename = "use", nullable = false, example = "sig")]
    purpose: Option<String>,
    /// The elliptic curve of the key, such as `P-256`.
    crv: String,
    #[schema(example = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")]
    x: String,
    #[schema(nullable = false, example = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")]
    y: Option<String>,
}

/// Get the public keys for access tokens
///
/// Returns the JWK set (RFC 7517) that verifies the signatures of access tokens.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth",
    responses((status = OK, body = KeySet)))]
pub(crate) async fn get_jwks(State(authority): State<Authority>) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(authority.tokens.jwks().clone())).into_response()
}

//! The handler of `GET /.well-known/jwks.json`.

use axum::{extract::State, http::header, response::IntoResponse};
use shared::{http::extract::Json, identity::principal::Authority};

/// Get the public keys for access tokens
///
/// Returns the JWK set (RFC 7517) that verifies the signatures of access tokens.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth",
    responses((status = OK, description = "A JWK set")))]
pub(crate) async fn get_jwks(State(authority): State<Authority>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(authority.tokens.jwks().clone()))
}

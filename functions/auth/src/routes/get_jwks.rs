//! `GET /.well-known/jwks.json`.

use axum::{extract::State, http::header, response::IntoResponse};
use shared::{http::extract::Json, identity::principal::Authority};

/// The public keys that access tokens are signed with (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth",
    responses((status = OK, description = "A JWK set")))]
pub(crate) async fn get_jwks(State(authority): State<Authority>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(authority.tokens.jwks().clone()))
}

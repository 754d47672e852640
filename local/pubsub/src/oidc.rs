//! The OIDC issuer's public documents, which receivers need to verify push tokens.

use axum::{Router, response::IntoResponse, routing::get};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use local_identity::Identity;
use serde_json::{Value, json};

/// The `Cache-Control` header. Google also lets clients cache its certificates for some hours. These documents change
/// only with the key file.
const MAX_AGE: &str = "public, max-age=3600";

/// Serves `/.well-known/openid-configuration` and `/oauth2/v3/certs` without authentication.
pub fn oidc_router(identity: Identity) -> Router {
    let issuer = identity.issuer();
    let configuration = json!({
        "issuer": issuer,
        "jwks_uri": format!("{}/oauth2/v3/certs", issuer.trim_end_matches('/')),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["aud", "azp", "email", "email_verified", "exp", "iat", "iss", "sub"],
    });
    Router::new()
        .route("/.well-known/openid-configuration", get(async move || document(&configuration)))
        .route("/oauth2/v3/certs", get(async move || document(&identity.jwks())))
}

fn document(content: &Value) -> impl IntoResponse + use<> {
    ([(CACHE_CONTROL, MAX_AGE), (CONTENT_TYPE, "application/json")], content.to_string())
}

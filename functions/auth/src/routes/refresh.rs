//! The handler of `POST /auth/refresh`.

use axum::extract::State;
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::{
    http::{extract::Json, problem::Result},
    identity::rate_limit::{Account, HasAccount, RateLimited},
};
use utoipa::ToSchema;

use crate::{model::Tokens, sessions::Sessions};

/// The number of leading characters that all refresh tokens of a session share. They encode the session id without its
/// last two bits.
const SESSION_CHARACTERS: usize = 21;

/// A refresh token to exchange.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    #[garde(skip)]
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

impl HasAccount for Refresh {
    fn account(&self) -> Account<'_> {
        let token = self.refresh_token.expose_secret();
        Account::Token(token.get(..SESSION_CHARACTERS).unwrap_or(token))
    }
}

/// Refresh a session
///
/// Exchanges a refresh token for a new access token and the next refresh token. A repeated request within ten seconds
/// returns the same refresh token. After that, reusing an old token ends the session.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", request_body = Refresh,
    responses((status = OK, body = Tokens),
        (status = UNAUTHORIZED, description = "unauthenticated, refresh_reused")))]
pub(crate) async fn refresh(
    State(sessions): State<Sessions>,
    RateLimited { body: Json(body), .. }: RateLimited<Json<Refresh>>,
) -> Result<Json<Tokens>> {
    sessions.refresh(&body.refresh_token).await.map(Json)
}

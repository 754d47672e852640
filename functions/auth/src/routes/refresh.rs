//! `POST /auth/refresh`.

use axum::extract::State;
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::{
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::rate_limit::{Account, Concerns, Limited},
};
use utoipa::ToSchema;

use crate::{model::Tokens, sessions::Sessions};

/// The part of a token that stays the same from one to its successor: the session's id, but for its last two bits.
const SESSION_CHARACTERS: usize = 21;

/// What keeps a session going.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    #[garde(skip)]
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

impl Concerns for Refresh {
    fn account(&self) -> Account<'_> {
        let token = self.refresh_token.expose_secret();
        Account::Token(token.get(..SESSION_CHARACTERS).unwrap_or(token))
    }
}

/// Trades a refresh token for new tokens.
///
/// Asked again within ten seconds, the same successor is given; later, a used token ends its session.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", request_body = Refresh,
    responses((status = OK, body = Tokens), (status = UNAUTHORIZED, body = ProblemBody)))]
pub(crate) async fn refresh(
    State(sessions): State<Sessions>,
    Limited { body: Json(body), .. }: Limited<Json<Refresh>>,
) -> Result<Json<Tokens>> {
    sessions.refresh(&body.refresh_token).await.map(Json)
}

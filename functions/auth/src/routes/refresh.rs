//! `POST /auth/refresh`.

use axum::extract::State;
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry, Outcome},
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::rate_limit::{Account, Concerns, Limited},
};
use time::Duration;
use utoipa::ToSchema;

use crate::{AppState, model::Tokens, queries};

/// How long the successor of a token may be asked for again: parallel tabs, a retry after a lost answer.
const GRACE: Duration = Duration::seconds(10);

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
#[utoipa::path(post, path = "/auth/refresh", tag = "auth",
    request_body = Refresh,
    responses((status = OK, body = Tokens), (status = UNAUTHORIZED, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn refresh(
    State(app): State<AppState>,
    Limited { body: Json(body), .. }: Limited<Json<Refresh>>,
) -> Result<Json<Tokens>> {
    let refused = || Problem::new(Code::Unauthenticated);
    let (session_id, counter) = app.refresh_tokens.read(&body.refresh_token).ok_or_else(refused)?;
    let now = app.clock.now();
    let mut tx = app.authority.db.begin().await?;
    let session = queries::lock_session(&mut tx, session_id, now).await?.ok_or_else(refused)?;
    let behind = session.refresh_counter - counter;
    if behind == 0 {
        queries::rotate_session(&mut tx, session_id, now).await?;
        tx.commit().await?;
        return Ok(Json(app.tokens(session.user_id, session.global_role, session_id, counter + 1)?));
    }
    let recent = session.rotated_at.is_some_and(|at| now - at <= GRACE);
    if behind == 1 && recent {
        return Ok(Json(app.tokens(
            session.user_id,
            session.global_role,
            session_id,
            session.refresh_counter,
        )?));
    }
    queries::revoke_session(&mut tx, session_id, now).await?;
    let entry = Entry::success(Some(session.user_id), Action::UserRefreshReused, session_id.0);
    audit::record(&mut tx, Entry { outcome: Outcome::Denied, ..entry }, now).await?;
    tx.commit().await?;
    Err(Problem::new(Code::RefreshReused))
}

//! `GET /users/me`.

use axum::{extract::State, http::header, response::IntoResponse};
use shared::{
    extract::Json,
    principal::Principal,
    problem::{Code, Problem, ProblemBody, Result},
    server::etag,
};

use crate::{AppState, model::Account, queries};

/// The caller's account.
#[utoipa::path(get, path = "/users/me", tag = "users", security(("bearer" = [])),
    responses((status = OK, body = Account), (status = UNAUTHORIZED, body = ProblemBody)))]
pub(crate) async fn get_account(
    State(app): State<AppState>,
    principal: Principal,
) -> Result<impl IntoResponse> {
    let account = queries::get_account(&app.db, principal.user_id)
        .await?
        .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    Ok(([(header::ETAG, etag(account.version))], Json(account)))
}

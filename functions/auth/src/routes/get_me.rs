//! `GET /auth/me`.

use axum::extract::State;
use shared::{
    extract::Json,
    principal::{AnySession, Authority},
    problem::{Code, Problem, ProblemBody, Result},
};

use crate::{model::Me, queries};

/// The user who calls; works before the address is verified.
#[utoipa::path(get, path = "/auth/me", tag = "auth", security(("bearer" = [])),
    responses((status = OK, body = Me), (status = UNAUTHORIZED, body = ProblemBody)))]
pub(crate) async fn get_me(
    State(authority): State<Authority>,
    AnySession(principal): AnySession,
) -> Result<Json<Me>> {
    let me = queries::get_me(&authority.db, principal.user_id).await?;
    me.map(Json).ok_or_else(|| Problem::new(Code::Unauthenticated))
}

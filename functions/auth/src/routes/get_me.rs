//! `GET /auth/me`.

use axum::{http::header, response::IntoResponse};
use shared::{
    http::{extract::Json, problem::ProblemBody, server::etag},
    identity::{account::Account, principal::CurrentAccount},
};

/// The user who calls; works before the address is verified.
#[utoipa::path(get, path = "/auth/me", tag = "auth", security(("bearer" = [])),
    responses((status = OK, body = Account), (status = UNAUTHORIZED, body = ProblemBody)))]
pub(crate) async fn get_me(CurrentAccount(account): CurrentAccount) -> impl IntoResponse {
    ([(header::ETAG, etag(account.version))], Json(account))
}

//! `GET /users/me`.

use axum::{http::header, response::IntoResponse};
use shared::{
    http::{extract::Json, problem::ProblemBody, server::etag},
    identity::{account::Account, principal::VerifiedAccount},
};

/// The caller's account.
#[utoipa::path(get, path = "/users/me", tag = "users", security(("bearer" = [])),
    responses((status = OK, body = Account), (status = UNAUTHORIZED, body = ProblemBody)))]
pub(crate) async fn get_account(VerifiedAccount(account): VerifiedAccount) -> impl IntoResponse {
    ([(header::ETAG, etag(account.version))], Json(account))
}

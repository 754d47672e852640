//! The handler of `GET /users/me/export`.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use shared::{
    audit::{self, Action, Entry},
    http::problem::Result,
    identity::principal::VerifiedAccount,
};

use crate::{
    AppState,
    export::{self, AccountExport},
};

/// Export your account data
///
/// Downloads all data that the platform holds about the caller as one JSON document.
#[utoipa::path(get, path = "/users/me/export", tag = "users",
    responses((status = OK, body = AccountExport)))]
pub(crate) async fn export_account(
    State(app): State<AppState>,
    VerifiedAccount(account): VerifiedAccount,
) -> Result<Response> {
    let now = app.clock.now();
    let user = account.id;
    let mut db = app.db.acquire().await?;
    audit::record(&mut db, Entry::success(Some(user), Action::UserExported, user.0), now).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"alta-data-account.json\""),
    ];
    Ok((headers, Body::from_stream(export::stream(app.db.clone(), account, now)?)).into_response())
}

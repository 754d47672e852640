//! The handler of `POST /users/me/password`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::text::{GivenPassword, NewPassword},
    http::{extract::Json, problem::Result},
    identity::{
        principal::{MaybeRecentSession, RecentSession},
        rate_limit::RateLimited,
    },
};
use utoipa::ToSchema;

use crate::password_change::PasswordChange;

/// The new password, and the current password as proof.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePassword {
    /// Current password. Optional within ten minutes of a sign-in or reauthentication.
    #[garde(dive)]
    #[schema(value_type = Option<String>, format = Password, max_length = 512)]
    current_password: Option<GivenPassword>,
    /// New password of 12 to 128 characters.
    #[garde(dive)]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    new_password: NewPassword,
}

/// Change your password
///
/// Ends all other sessions, suspends all passkeys until you confirm them, and invalidates password reset links. You are
/// notified by mail.
#[utoipa::path(post, path = "/users/me/password", tag = "users",
    responses((status = NO_CONTENT),
        (status = UNAUTHORIZED, description = "invalid_credentials")))]
pub(crate) async fn change_password(
    State(change): State<PasswordChange>,
    RateLimited { body: session, charges }: RateLimited<MaybeRecentSession>,
    Json(body): Json<ChangePassword>,
) -> Result<StatusCode> {
    if let Some(password) = &body.current_password {
        change.prove(session.principal(), password, &charges).await?;
    }
    let RecentSession(principal) = session.or_else(body.current_password.is_some())?;
    change.set(&principal, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

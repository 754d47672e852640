//! The handler of `POST /invitations/{token}/accept`.

use axum::{extract::State, http::StatusCode};
use shared::{
    http::{extract::Json, idempotency::IdempotencyKey, problem::Result},
    identity::principal::VerifiedAccount,
};

use super::get_invitation::LinkToken;
use crate::{invitations::Invitations, model::Membership};

/// Accept an invitation
///
/// Makes the caller a member of the project. The caller must be signed in with the invited email address.
#[utoipa::path(post, path = "/invitations/{token}/accept", tag = "invitations",
    params(("token" = String, Path, description = "The token from the mailed link.")),
    responses((status = CREATED, body = Membership),
        (status = FORBIDDEN, description = "wrong_account"),
        (status = NOT_FOUND, description = "not_found"),
        (status = CONFLICT, description = "invitation_used, already_member"),
        (status = GONE, description = "invitation_expired")))]
pub(crate) async fn accept_invitation(
    State(invitations): State<Invitations>,
    VerifiedAccount(account): VerifiedAccount,
    key: IdempotencyKey,
    LinkToken(token): LinkToken,
) -> Result<(StatusCode, Json<Membership>)> {
    let membership = invitations.accept(&account, &key, &token).await?;
    Ok((StatusCode::CREATED, Json(membership)))
}

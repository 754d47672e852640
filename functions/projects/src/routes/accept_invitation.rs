//! The handler of `POST /invitations/{token}/accept`.

use axum::{extract::State, http::StatusCode};
use shared::{
    http::{
        extract::Json,
        idempotency::IdempotencyKey,
        problem::{ProblemBody, Result},
    },
    identity::principal::VerifiedAccount,
};

use super::get_invitation::LinkToken;
use crate::{invitations::Invitations, model::Membership};

/// Accept an invitation
///
/// Makes the caller a member of the project. The caller must be signed in with the invited email address.
#[utoipa::path(post, path = "/invitations/{token}/accept", tag = "invitations",
    params(("token" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat with the same key does not join twice.")),
    responses((status = CREATED, body = Membership), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody), (status = GONE, body = ProblemBody)))]
pub(crate) async fn accept_invitation(
    State(invitations): State<Invitations>,
    VerifiedAccount(account): VerifiedAccount,
    key: IdempotencyKey,
    LinkToken(token): LinkToken,
) -> Result<(StatusCode, Json<Membership>)> {
    let membership = invitations.accept(&account, &key, &token).await?;
    Ok((StatusCode::CREATED, Json(membership)))
}

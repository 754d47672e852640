//! The handler of `POST /projects/{project_id}/invite`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::{ids::ProjectId, text::EmailAddress},
    http::{extract::Json, idempotency::IdempotencyKey, problem::Result},
    identity::guard::{ProjectAdmin, ProjectRole},
};
use utoipa::ToSchema;

use crate::{invitations::Invitations, model::Invitation};

/// The address to invite and its role.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateInvitation {
    #[garde(dive)]
    email: EmailAddress,
    #[garde(skip)]
    role: ProjectRole,
}

/// Invite an email address to a project
///
/// Mails a link. The address does not need to have an account yet.
#[utoipa::path(post, path = "/projects/{project_id}/invite", tag = "projects",
    params(("project_id" = ProjectId, Path)),
    responses((status = CREATED, body = Invitation),
        (status = CONFLICT, description = "already_member, already_invited"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn create_invitation(
    State(invitations): State<Invitations>,
    access: ProjectAdmin,
    key: IdempotencyKey,
    Json(new): Json<CreateInvitation>,
) -> Result<(StatusCode, Json<Invitation>)> {
    let invitation = invitations.create(&access, &key, new.email.as_str(), new.role).await?;
    Ok((StatusCode::CREATED, Json(invitation)))
}

//! The handler of `POST /projects/{project_id}/invitations/{invitation_id}/resend`.

use axum::extract::State;
use shared::{
    base::ids::{InvitationId, ProjectId},
    http::{
        extract::{Json, Path},
        problem::Result,
    },
    identity::guard::ProjectAdmin,
};

use super::revoke_invitation::InvitationPath;
use crate::{invitations::Invitations, model::Invitation};

/// Resend an invitation
///
/// Mails the link of an open or expired invitation again and extends its lifetime. The link in the earlier mail stays
/// valid.
#[utoipa::path(post, path = "/projects/{project_id}/invitations/{invitation_id}/resend", tag = "projects",
    params(("project_id" = ProjectId, Path), ("invitation_id" = InvitationId, Path)),
    responses((status = OK, body = Invitation),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn resend_invitation(
    State(invitations): State<Invitations>,
    access: ProjectAdmin,
    Path(InvitationPath { invitation_id }): Path<InvitationPath>,
) -> Result<Json<Invitation>> {
    invitations.resend(&access, invitation_id).await.map(Json)
}

//! `POST /projects/{project_id}/invitations/{invitation_id}/resend`.

use axum::extract::State;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{InvitationId, ProjectId},
    cloud::events::EmailRequested,
    http::{
        extract::{Json, Path},
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::guard::ProjectAdmin,
};
use time::Duration;

use super::revoke_invitation::Which;
use crate::{AppState, model::Invitation, queries};

/// Mails that one invitation may send in an hour: nobody's mailbox is to be filled.
const MAILS_PER_HOUR: i32 = 5;

/// Mails an invitation's link again and extends it; the earlier mail's link stays good.
#[utoipa::path(post, path = "/projects/{project_id}/invitations/{invitation_id}/resend", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), ("invitation_id" = InvitationId, Path)),
    responses((status = OK, body = Invitation), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn resend_invitation(
    State(app): State<AppState>,
    access: ProjectAdmin,
    Path(Which { invitation_id }): Path<Which>,
) -> Result<Json<Invitation>> {
    let (project, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut tx = app.outbox.begin().await?;
    queries::lock_project(&mut tx, project, &access.principal).await?.by_admin()?;
    app.admit_mail(&mut tx, project, now).await?;
    let mails = queries::extend_invitation(&mut tx, project, invitation_id, now)
        .await?
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    if mails > MAILS_PER_HOUR {
        let detail = "This invitation was mailed often enough for an hour.";
        let wait = Duration::HOUR.unsigned_abs();
        return Err(Problem::new(Code::TooManyRequests).detail(detail).retry_after(wait));
    }
    let entry = Entry::success(Some(user), Action::InvitationResent, invitation_id.0).in_project(project);
    audit::record(&mut tx, entry, now).await?;
    tx.announce(&EmailRequested::Invitation { invitation_id }).await?;
    let invitation = queries::get_invitation(&mut tx, project, invitation_id, now).await?;
    let invitation = invitation.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    Ok(Json(invitation))
}

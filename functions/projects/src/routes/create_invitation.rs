//! `POST /projects/{project_id}/invite`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{
        ids::{InvitationId, ProjectId},
        text::EmailAddress,
    },
    cloud::events::EmailRequested,
    http::{
        extract::Json,
        idempotency::{Claim, IdempotencyKey},
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::{
        guard::{ProjectAdmin, ProjectRole},
        mail_token::Purpose,
    },
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::{AppState, model::Invitation, queries};

/// Who is invited.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateInvitation {
    #[garde(dive)]
    pub(crate) email: EmailAddress,
    #[garde(skip)]
    pub(crate) role: ProjectRole,
}

/// Invites an address, whether or not it has an account, and mails it a link.
#[utoipa::path(post, path = "/projects/{project_id}/invite", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = CREATED, body = Invitation), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody), (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn create_invitation(
    State(app): State<AppState>,
    access: ProjectAdmin,
    key: IdempotencyKey,
    Json(new): Json<CreateInvitation>,
) -> Result<(StatusCode, Json<Invitation>)> {
    let (project, user, now) = (access.project_id, access.principal.user_id, app.clock.now());
    let mut id = InvitationId::new();
    let mut tx = app.outbox.begin().await?;
    match key.claim(&mut tx, user, id.0, now).await? {
        Claim::Repeat(created) => id = InvitationId(created),
        Claim::First => {
            queries::lock_project(&mut tx, project, &access.principal).await?.by_admin()?;
            if queries::is_member(&mut tx, project, new.email.as_str()).await? {
                return Err(Problem::new(Code::AlreadyMember));
            }
            app.admit_mail(&mut tx, project, now).await?;
            let token = app.mail_tokens.derive(Purpose::Invitation, id.0);
            queries::insert_invitation(&mut tx, id, project, &new, user, &token, now).await?;
            let entry = Entry::success(Some(user), Action::InvitationCreated, id.0).in_project(project);
            audit::record(&mut tx, entry.with(json!({"role": new.role})), now).await?;
            tx.announce(&EmailRequested::Invitation { invitation_id: id }).await?;
        }
    }
    let invitation = queries::get_invitation(&mut tx, project, id, now).await?;
    let invitation = invitation.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    Ok((StatusCode::CREATED, Json(invitation)))
}

impl AppState {
    /// Goes on if the project's invitations have not sent too many mails within the last hour.
    pub(crate) async fn admit_mail(
        &self,
        db: &mut PgConnection,
        project: ProjectId,
        now: OffsetDateTime,
    ) -> Result<()> {
        let (count, first) = queries::recent_mails(db, project, now).await?;
        if count < i64::from(self.invitations_per_hour) {
            return Ok(());
        }
        let wait = first.map_or(Duration::HOUR, |first| first + Duration::HOUR - now);
        let detail = "The project has sent as many invitations as it may in an hour.";
        Err(Problem::new(Code::TooManyRequests).detail(detail).retry_after(wait.unsigned_abs()))
    }
}

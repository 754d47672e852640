//! `POST /invitations/{token}/accept`.

use axum::{extract::State, http::StatusCode};
use serde::Serialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::ids::{MembershipId, ProjectId},
    http::{
        extract::Json,
        idempotency::{Claim, IdempotencyKey},
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::{guard::ProjectRole, mail_token, principal::VerifiedAccount},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::get_invitation::LinkToken;
use crate::{AppState, queries};

/// The caller's membership.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Membership {
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) role: ProjectRole,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) joined_at: OffsetDateTime,
}

/// Joins the project; only the invited address may.
#[utoipa::path(post, path = "/invitations/{token}/accept", tag = "invitations", security(("bearer" = [])),
    params(("token" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it joins once.")),
    responses((status = CREATED, body = Membership), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody),
        (status = GONE, body = ProblemBody)))]
pub(crate) async fn accept_invitation(
    State(app): State<AppState>,
    VerifiedAccount(account): VerifiedAccount,
    key: IdempotencyKey,
    LinkToken(token): LinkToken,
) -> Result<(StatusCode, Json<Membership>)> {
    let (user, now) = (account.id, app.clock.now());
    let mut id = MembershipId::new();
    let found = queries::find_invitation(&app.db, &mail_token::hash(&token)).await?;
    let mut tx = app.db.begin().await?;
    match key.claim(&mut tx, user, id.0, now).await? {
        Claim::Repeat(created) => id = MembershipId(created),
        Claim::First => {
            let invitation = found.ok_or_else(|| Problem::new(Code::NotFound))?.open(now)?;
            let project = invitation.project_id;
            let entry =
                Entry::success(Some(user), Action::InvitationAccepted, invitation.id.0).in_project(project);
            if invitation.email != account.email {
                tx.rollback().await?;
                let mut db = app.db.acquire().await?;
                audit::record(&mut db, Entry { outcome: Outcome::Denied, ..entry }, now).await?;
                return Err(Problem::new(Code::WrongAccount));
            }
            // Used up first: of many who accept at once, the others wait here and then find it used.
            if !queries::use_invitation(&mut tx, invitation.id, user, now).await? {
                return Err(Problem::new(Code::InvitationUsed));
            }
            queries::insert_member(&mut tx, id, &invitation, user, now).await?;
            audit::record(&mut tx, entry.with(json!({"role": invitation.role})), now).await?;
        }
    }
    let membership = queries::get_membership(&mut tx, id, user).await?;
    let membership = membership.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    Ok((StatusCode::CREATED, Json(membership)))
}

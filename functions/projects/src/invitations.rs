//! Invitations: mailing a link and turning it into a membership.

use serde_json::json;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::{
        clock::Clock,
        ids::{InvitationId, MembershipId, ProjectId, UserId},
    },
    cloud::{
        events::EmailRequested,
        outbox::{Outbox, Transaction},
    },
    http::{
        idempotency::{IdempotencyKey, Reservation},
        problem::{Code, OrNotFound as _, Problem, Result},
    },
    identity::{
        account::Account,
        guard::{ProjectAdmin, ProjectRole},
        mail_caps::MailCaps,
        mail_token::{self, MailTokens, Purpose},
    },
};
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::{
    model::{Invitation, Limits, Membership},
    queries::{self, LinkedInvitation, NewInvitation},
};

shared::use_case! {
    /// Creates, resends and accepts invitations.
    pub(crate) struct Invitations {
        db: PgPool,
        outbox: Outbox,
        mail_tokens: MailTokens,
        mail_caps: MailCaps,
        limits: Limits,
        clock: Clock,
    }
}

impl Invitations {
    /// Invites an address to a project and mails it a link.
    ///
    /// # Errors
    /// 409 when the address belongs to a member or has an open invitation, 429 when the caller or the address has reached
    /// a cap of mails, or the caller has too many open invitations.
    pub(crate) async fn create(
        &self,
        access: &ProjectAdmin,
        key: &IdempotencyKey,
        email: &str,
        role: ProjectRole,
    ) -> Result<Invitation> {
        let (project_id, user, now) = (access.project_id, access.principal.user_id, self.clock.now());
        let mut id = InvitationId::new();
        let mut tx = self.outbox.begin().await?;
        match key.reserve(&mut tx, user, id.0, now).await? {
            Reservation::Repeat(created) => id = InvitationId(created),
            Reservation::First => {
                queries::lock_project(&mut tx, project_id, &access.principal).await?.by_admin()?;
                if queries::is_member(&mut tx, project_id, email).await? {
                    return Err(Problem::new(Code::AlreadyMember));
                }
                self.mail_caps.admit_message(&mut tx, user, email, now).await?;
                let limit = self.limits.open_invitations;
                if queries::count_open_invitations(&mut tx, user, limit, now).await? >= limit {
                    return Err(Problem::quota_exceeded("open_invitations_per_user", None));
                }
                let token = self.mail_tokens.derive(Purpose::Invitation, id.0);
                let new = NewInvitation { id, project_id, email, role, invited_by_id: user };
                queries::insert_invitation(&mut tx, &new, &token, now).await?;
                let entry = Entry::success(Some(user), Action::InvitationCreated, id.0);
                let entry = entry.in_project(project_id).with(json!({"role": role}));
                audit::record(&mut tx, entry, now).await?;
                tx.record(&EmailRequested::Invitation { invitation_id: id }).await?;
            }
        }
        finish(tx, project_id, id, now).await
    }

    /// Mails the link of an invitation again and extends its lifetime.
    ///
    /// # Errors
    /// 404 when there is no such invitation, 429 when the caller or the address has reached a cap of mails.
    pub(crate) async fn resend(&self, access: &ProjectAdmin, id: InvitationId) -> Result<Invitation> {
        let (project, user, now) = (access.project_id, access.principal.user_id, self.clock.now());
        let mut tx = self.outbox.begin().await?;
        queries::lock_project(&mut tx, project, &access.principal).await?.by_admin()?;
        let email = queries::extend_invitation(&mut tx, project, id, now).await?.or_not_found()?;
        self.mail_caps.admit_message(&mut tx, user, &email, now).await?;
        let entry = Entry::success(Some(user), Action::InvitationResent, id.0).in_project(project);
        audit::record(&mut tx, entry, now).await?;
        tx.record(&EmailRequested::Invitation { invitation_id: id }).await?;
        finish(tx, project, id, now).await
    }

    /// Accepts an invitation: makes the owner of the invited address a member of the project.
    ///
    /// # Errors
    /// 403 when the invitation is for another address, 404, 409 or 410 when it cannot be accepted.
    pub(crate) async fn accept(
        &self,
        account: &Account,
        key: &IdempotencyKey,
        token: &str,
    ) -> Result<Membership> {
        let (user, now) = (account.id, self.clock.now());
        let mut id = MembershipId::new();
        let invitation = queries::find_invitation(&self.db, &mail_token::hash(token)).await?;
        let mut tx = self.db.begin().await?;
        match key.reserve(&mut tx, user, id.0, now).await? {
            Reservation::Repeat(created) => id = MembershipId(created),
            Reservation::First => {
                let invitation = invitation.or_not_found()?.open(now)?;
                if invitation.email != account.email {
                    tx.rollback().await?;
                    return Err(self.refuse(&invitation, user, now).await?);
                }
                // The invitation is marked as used first. Parallel requests wait here for its row, and then find that
                // it is used.
                if !queries::use_invitation(&mut tx, invitation.id, user, now).await? {
                    return Err(Problem::new(Code::InvitationUsed));
                }
                queries::insert_member(&mut tx, id, &invitation, user, now).await?;
                let entry = accepted(&invitation, user).with(json!({"role": invitation.role}));
                audit::record(&mut tx, entry, now).await?;
            }
        }
        let membership = queries::get_membership(&mut tx, id, user).await?.or_not_found()?;
        tx.commit().await?;
        Ok(membership)
    }

    /// Records that the wrong account tried to accept an invitation, and returns the problem.
    async fn refuse(
        &self,
        invitation: &LinkedInvitation,
        user: UserId,
        now: OffsetDateTime,
    ) -> Result<Problem> {
        let entry = Entry { outcome: Outcome::Denied, ..accepted(invitation, user) };
        let mut db = self.db.acquire().await?;
        audit::record(&mut db, entry, now).await?;
        Ok(Problem::new(Code::WrongAccount))
    }
}

fn accepted(invitation: &LinkedInvitation, user: UserId) -> Entry {
    Entry::success(Some(user), Action::InvitationAccepted, invitation.id.0).in_project(invitation.project_id)
}

/// Reads the current state of the invitation and commits.
async fn finish(
    mut tx: Transaction,
    project: ProjectId,
    id: InvitationId,
    now: OffsetDateTime,
) -> Result<Invitation> {
    let invitation = queries::get_invitation(&mut tx, project, id, now).await?.or_not_found()?;
    tx.commit().await?;
    Ok(invitation)
}

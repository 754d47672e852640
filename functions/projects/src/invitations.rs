//! Invitations: from the mailed link to the membership.

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
        mail_token::{self, MailTokens, Purpose},
    },
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

use crate::{
    model::{Invitation, Membership},
    queries::{self, LinkedInvitation, NewInvitation},
};

/// Mails that one invitation may send in an hour: nobody's mailbox is to be filled.
const MAILS_PER_HOUR: i32 = 5;

/// Mails that the invitations of one project may send in an hour.
#[derive(Clone, Copy)]
pub(crate) struct MailQuota(pub(crate) u32);

shared::use_case! {
    /// Creates, resends and accepts invitations.
    pub(crate) struct Invitations {
        db: PgPool,
        outbox: Outbox,
        mail_tokens: MailTokens,
        quota: MailQuota,
        clock: Clock,
    }
}

impl Invitations {
    /// Invites an address to a project and mails it a link.
    ///
    /// # Errors
    /// 409 when the address belongs to a member or has an open invitation, 429 when the project sent too many mails.
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
                self.check_quota(&mut tx, project_id, now).await?;
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

    /// Mails an invitation's link again and extends it.
    ///
    /// # Errors
    /// 404 when there is no such invitation, 429 when it or its project sent too many mails.
    pub(crate) async fn resend(&self, access: &ProjectAdmin, id: InvitationId) -> Result<Invitation> {
        let (project, user, now) = (access.project_id, access.principal.user_id, self.clock.now());
        let mut tx = self.outbox.begin().await?;
        queries::lock_project(&mut tx, project, &access.principal).await?.by_admin()?;
        self.check_quota(&mut tx, project, now).await?;
        let mails = queries::extend_invitation(&mut tx, project, id, now).await?.or_not_found()?;
        if mails > MAILS_PER_HOUR {
            let detail = "This invitation was mailed often enough for an hour.";
            let wait = Duration::HOUR.unsigned_abs();
            return Err(Problem::new(Code::TooManyRequests).detail(detail).retry_after(wait));
        }
        let entry = Entry::success(Some(user), Action::InvitationResent, id.0).in_project(project);
        audit::record(&mut tx, entry, now).await?;
        tx.record(&EmailRequested::Invitation { invitation_id: id }).await?;
        finish(tx, project, id, now).await
    }

    /// Makes the owner of the invited address a member.
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
                // Used up first: of many who accept at once, the others wait here and then find it used.
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

    /// Records that another account tried to accept an invitation.
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

    /// Checks that the project's invitations have not sent too many mails within the last hour.
    async fn check_quota(
        &self,
        db: &mut PgConnection,
        project: ProjectId,
        now: OffsetDateTime,
    ) -> Result<()> {
        let (count, first) = queries::recent_mails(db, project, now).await?;
        if count < i64::from(self.quota.0) {
            return Ok(());
        }
        let wait = first.map_or(Duration::HOUR, |first| first + Duration::HOUR - now);
        let detail = "The project has sent as many invitations as it may in an hour.";
        Err(Problem::new(Code::TooManyRequests).detail(detail).retry_after(wait.unsigned_abs()))
    }
}

fn accepted(invitation: &LinkedInvitation, user: UserId) -> Entry {
    Entry::success(Some(user), Action::InvitationAccepted, invitation.id.0).in_project(invitation.project_id)
}

/// Reads the invitation as it is now, and commits.
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

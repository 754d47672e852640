//! A decision: who may make it, and what it changes.

use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{ItemId, ProjectId},
    cloud::events::EmailRequested,
    http::{
        precondition::IfMatch,
        problem::{Code, Problem, Result},
    },
    identity::{account::GlobalRole, guard::ProjectRole, principal::Principal},
    items::{self, ItemKind, ItemStatus, Transition},
};
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::{
    AppState,
    model::{ReviewItem, Verdict},
    queries,
};

/// A decision.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    #[garde(skip)]
    pub(crate) status: Verdict,
    /// Why; needed to reject. The uploader reads it.
    #[garde(length(chars, min = 1, max = 2000), custom(explains(&self.status)))]
    #[schema(min_length = 1, max_length = 2000)]
    pub(crate) feedback: Option<String>,
    /// The text as it should be; kept beside the machine's.
    #[garde(length(chars, max = 1_000_000))]
    #[schema(max_length = 1_000_000)]
    pub(crate) corrected_text: Option<String>,
}

fn explains(status: &Verdict) -> impl FnOnce(&Option<String>, &()) -> garde::Result + '_ {
    move |feedback, ()| {
        if *status == Verdict::Rejected && feedback.as_ref().is_none_or(|text| text.trim().is_empty()) {
            return Err(garde::Error::new("is needed to reject"));
        }
        Ok(())
    }
}

/// Who decides.
pub(crate) struct Reviewer<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) project_id: ProjectId,
    pub(crate) role: Option<ProjectRole>,
}

impl Reviewer<'_> {
    fn is_admin(&self) -> bool {
        self.principal.global_role == GlobalRole::SuperAdmin || self.role == Some(ProjectRole::Admin)
    }
}

impl AppState {
    /// Nobody decides on their own upload, unless nobody else in the project could: then an admin may.
    pub(crate) async fn may_decide_on_own(
        &self,
        db: &mut PgConnection,
        reviewer: &Reviewer<'_>,
    ) -> Result<bool> {
        let user = reviewer.principal.user_id;
        Ok(reviewer.is_admin() && queries::is_alone(db, reviewer.project_id, user).await?)
    }

    /// Decides on an item: one transaction with its transition, its audit row and its mail.
    pub(crate) async fn decide(
        &self,
        reviewer: &Reviewer<'_>,
        id: ItemId,
        seen: &IfMatch,
        decision: &Decision,
    ) -> Result<ReviewItem> {
        let (user, now) = (reviewer.principal.user_id, self.clock.now());
        let mut tx = self.outbox.begin().await?;
        let item = queries::lock_item(&mut tx, id, reviewer.project_id).await?;
        let item = item.ok_or_else(|| Problem::new(Code::NotFound))?;
        match item.status {
            ItemStatus::PendingReview => {}
            ItemStatus::Approved | ItemStatus::Rejected => return Err(Problem::new(Code::AlreadyDecided)),
            _ => return Err(Problem::new(Code::InvalidState).detail("It does not wait for a reviewer.")),
        }
        seen.check(item.version)?;
        if item.claimed_by_id.is_some_and(|holder| holder != user) && item.claimed_until > Some(now) {
            return Err(Problem::new(Code::Claimed));
        }
        let own = item.uploaded_by_id == user;
        if own && !self.may_decide_on_own(&mut tx, reviewer).await? {
            return Err(Problem::new(Code::OwnSubmission));
        }
        let corrected = decision.corrected_text.as_deref();
        let change = Transition {
            item_id: id,
            version: item.version,
            to: decision.status.status(),
            failure: None,
            actor: Some(user),
            at: now,
            details: json!({
                "feedback": decision.feedback, "corrected": corrected.is_some(),
                "seconds_to_decision": item.waits_since.map(|since| (now - since).as_seconds_f64()),
            }),
        };
        // The row is locked: nobody can have moved it on.
        let version = items::transition(&mut tx, &change).await?.ok_or(sqlx::Error::RowNotFound)?;
        queries::settle(&mut tx, id, user, decision.feedback.as_deref(), corrected, now).await?;
        let entry = Entry::success(Some(user), action(item.kind, decision.status), id.0);
        let entry = entry.in_project(reviewer.project_id).with(json!({
            "version": version, "corrected": corrected.is_some(), "own_submission": own,
        }));
        audit::record(&mut tx, entry, now).await?;
        if decision.status == Verdict::Rejected {
            tx.record(&EmailRequested::ItemRejected { item_id: id, version }).await?;
        }
        let decided = queries::get_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
        tx.commit().await?;
        Ok(decided)
    }

    /// Has an item that was decided on wait for a reviewer again.
    pub(crate) async fn reopen(
        &self,
        reviewer: &Reviewer<'_>,
        id: ItemId,
        seen: &IfMatch,
    ) -> Result<ReviewItem> {
        let (user, now) = (reviewer.principal.user_id, self.clock.now());
        let mut tx = self.db.begin().await?;
        let item = queries::lock_item(&mut tx, id, reviewer.project_id).await?;
        let item = item.ok_or_else(|| Problem::new(Code::NotFound))?;
        if !matches!(item.status, ItemStatus::Approved | ItemStatus::Rejected) {
            return Err(Problem::new(Code::InvalidState).detail("Nobody has decided on it."));
        }
        seen.check(item.version)?;
        if item.awaits_upload {
            return Err(Problem::new(Code::InvalidState).detail("Its next upload has begun."));
        }
        let change = Transition {
            item_id: id,
            version: item.version,
            to: ItemStatus::PendingReview,
            failure: None,
            actor: Some(user),
            at: now,
            details: json!({}),
        };
        items::transition(&mut tx, &change).await?.ok_or(sqlx::Error::RowNotFound)?;
        queries::unsettle(&mut tx, id).await?;
        let action = item.kind.either(Action::DocumentReopened, Action::VoiceReopened);
        let entry = Entry::success(Some(user), action, id.0).in_project(reviewer.project_id);
        audit::record(&mut tx, entry, now).await?;
        let item = queries::get_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
        tx.commit().await?;
        Ok(item)
    }
}

fn action(kind: ItemKind, verdict: Verdict) -> Action {
    match verdict {
        Verdict::Approved => kind.either(Action::DocumentApproved, Action::VoiceApproved),
        Verdict::Rejected => kind.either(Action::DocumentRejected, Action::VoiceRejected),
    }
}

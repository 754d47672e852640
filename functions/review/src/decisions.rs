//! Decisions on items, and the rules for making and reopening them.

use serde_json::{Value, json};
use shared::{
    audit::Entry,
    base::{clock::Clock, ids::ItemId},
    cloud::{
        events::EmailRequested,
        outbox::{Outbox, Outgoing},
    },
    http::{
        extract,
        precondition::IfMatch,
        problem::{Code, OrNotFound as _, Problem, Result},
    },
    identity::mail_caps::MailCaps,
    items::{ItemStatus, Verb},
};
use sqlx::PgPool;

use crate::{
    model::{Decision, ReviewItem, Verdict},
    queries,
    reviewer::Reviewer,
};

/// The number of attempts to change an item that other requests change at the same time. Each attempt reads the item
/// without a lock, and changes it only if it is still the same.
const TRIES: usize = 5;

/// Decides on items and reopens them.
#[derive(Clone)]
pub(crate) struct Decisions {
    pub(crate) db: PgPool,
    pub(crate) outbox: Outbox,
    pub(crate) mail_caps: MailCaps,
    pub(crate) clock: Clock,
}

impl Decisions {
    /// Decides on an item.
    pub(crate) async fn decide(
        &self,
        reviewer: &Reviewer,
        id: ItemId,
        if_match: &IfMatch,
        decision: &Decision,
    ) -> Result<ReviewItem> {
        let (decided, event) = self.commit(reviewer, id, if_match, decision).await?;
        self.outbox.publish_in_time(event.into_iter().collect()).await;
        Ok(decided)
    }

    /// Makes the decisions of a batch independently of each other, then publishes all their events.
    pub(crate) async fn decide_each(
        &self,
        reviewer: &Reviewer,
        decisions: Vec<Value>,
    ) -> Vec<Result<ReviewItem>> {
        let (mut decided, mut events) = (Vec::with_capacity(decisions.len()), Vec::new());
        for decision in decisions {
            decided.push(self.commit_one(reviewer, decision).await.map(|(item, event)| {
                events.extend(event);
                item
            }));
        }
        self.outbox.publish_in_time(events).await;
        decided
    }

    /// Commits a decision, with the transition, the audit row and the mail to the uploader. Returns the event to publish.
    async fn commit(
        &self,
        reviewer: &Reviewer,
        id: ItemId,
        if_match: &IfMatch,
        decision: &Decision,
    ) -> Result<(ReviewItem, Option<Outgoing>)> {
        let (user, now) = (reviewer.user, self.clock.now());
        let mut db = self.db.acquire().await?;
        for _ in 0..TRIES {
            let item = queries::get_item(&mut db, id, reviewer.project_id).await?.or_not_found()?;
            item.check_pending()?;
            if_match.check(item.version)?;
            if item.is_claimed_by_another(user, now) {
                return Err(Problem::new(Code::Claimed));
            }
            let own = item.uploaded_by_id == user;
            if own && !reviewer.may_decide_own(&mut db).await? {
                return Err(Problem::new(Code::OwnSubmission));
            }
            let version = item.version + 1;
            let (verb, message) = match decision.status {
                Verdict::Approved => (Verb::Approved, None),
                Verdict::Rejected => (
                    Verb::Rejected,
                    Some(Outgoing::of(&EmailRequested::ItemRejected { item_id: id, version })?),
                ),
            };
            let entry = Entry::success(Some(user), item.kind.action(verb), id.0).in_project(item.project_id);
            let entry = entry.with(json!({
                "version": version, "corrected": decision.corrected_text.is_some(), "own_submission": own,
            }));
            let mail = message.as_ref().map(|message| (message, self.mail_caps.notice(item.uploaded_by_id)));
            if let Some((decided, mailed)) =
                queries::decide(&mut db, item, decision, user, entry.row()?, mail, now).await?
            {
                if message.is_some() && !mailed {
                    tracing::info!("rejection mail suppressed: mail cap reached");
                }
                return Ok((decided, message.filter(|_| mailed)));
            }
        }
        Err(changed_too_often())
    }

    /// Commits one decision of a batch. The decision contains the `item_id`.
    async fn commit_one(
        &self,
        reviewer: &Reviewer,
        mut decision: Value,
    ) -> Result<(ReviewItem, Option<Outgoing>)> {
        let id = decision.as_object_mut().and_then(|fields| fields.remove("item_id"));
        let id: ItemId = serde_json::from_value(id.unwrap_or_default())
            .map_err(|_| Problem::invalid_field("item_id", "expected the id of an item"))?;
        let decision: Decision = extract::json_from_slice(decision.to_string().as_bytes())?;
        let decided = self.commit(reviewer, id, &IfMatch::default(), &decision).await;
        // The response contains each problem, but only the log contains the cause of a server error.
        decided.inspect_err(|problem| {
            if problem.code() == Code::Internal {
                tracing::error!(cause = problem.cause(), item_id = %id, "a decision failed");
            }
        })
    }

    /// Reopens a decided item, so that it awaits a decision again.
    pub(crate) async fn reopen(
        &self,
        reviewer: &Reviewer,
        id: ItemId,
        if_match: &IfMatch,
    ) -> Result<ReviewItem> {
        let (user, now) = (reviewer.user, self.clock.now());
        let mut db = self.db.acquire().await?;
        for _ in 0..TRIES {
            let item = queries::get_item(&mut db, id, reviewer.project_id).await?.or_not_found()?;
            if !matches!(item.status, ItemStatus::Approved | ItemStatus::Rejected) {
                return Err(Problem::new(Code::InvalidState).detail("The item has not been decided."));
            }
            if_match.check(item.version)?;
            let entry = Entry::success(Some(user), item.kind.action(Verb::Reopened), id.0);
            let entry = entry.in_project(item.project_id).row()?;
            if let Some(reopened) = queries::reopen(&mut db, item, user, entry, now).await? {
                return Ok(reopened);
            }
        }
        Err(changed_too_often())
    }
}

fn changed_too_often() -> Problem {
    Problem::unavailable("other requests changed the item each time")
}

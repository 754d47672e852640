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

use crate::{
    model::{Decision, LockedItem, ReviewItem, Verdict},
    queries,
    reviewer::Reviewer,
};

/// Decides on items and reopens them.
#[derive(Clone)]
pub(crate) struct Decisions {
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
        let (decided, events) = self.commit(reviewer, id, if_match, decision).await?;
        self.outbox.publish_in_time(events).await;
        Ok(decided)
    }

    /// Makes the decisions of a batch, each in its own transaction, then publishes the events of all of them.
    pub(crate) async fn decide_each(
        &self,
        reviewer: &Reviewer,
        decisions: Vec<Value>,
    ) -> Vec<Result<ReviewItem>> {
        let (mut decided, mut events) = (Vec::with_capacity(decisions.len()), Vec::new());
        for decision in decisions {
            decided.push(self.commit_one(reviewer, decision).await.map(|(item, recorded)| {
                events.extend(recorded);
                item
            }));
        }
        self.outbox.publish_in_time(events).await;
        decided
    }

    /// Commits a decision, in one transaction with the transition, the audit row and the mail to the uploader. Returns
    /// the events to publish.
    async fn commit(
        &self,
        reviewer: &Reviewer,
        id: ItemId,
        if_match: &IfMatch,
        decision: &Decision,
    ) -> Result<(ReviewItem, Vec<Outgoing>)> {
        let (user, now) = (reviewer.user, self.clock.now());
        let mut tx = self.outbox.begin().await?;
        let item = queries::lock_item(&mut tx, id, reviewer.project_id, user).await?.or_not_found()?;
        item.check_pending()?;
        if_match.check(item.version)?;
        if item.is_claimed_by_another(user, now) {
            return Err(Problem::new(Code::Claimed));
        }
        if item.is_own && !(reviewer.is_admin && item.is_own_and_alone) {
            return Err(Problem::new(Code::OwnSubmission));
        }
        let version = item.version + 1;
        let (verb, message) = match decision.status {
            Verdict::Approved => (Verb::Approved, None),
            Verdict::Rejected => {
                (Verb::Rejected, Some(Outgoing::of(&EmailRequested::ItemRejected { item_id: id, version })?))
            }
        };
        let entry = Entry::success(Some(user), item.kind.action(verb), id.0).in_project(item.project_id);
        let entry = entry.with(json!({
            "version": version, "corrected": decision.corrected_text.is_some(), "own_submission": item.is_own,
        }));
        let mail = message.as_ref().map(|message| (message, self.mail_caps.notice(item.uploaded_by_id)));
        let mailed = queries::decide(&mut tx, &item, decision, user, entry.row()?, mail, now).await?;
        let decided = queries::get_item(&mut *tx, id).await?.or_not_found()?;
        match message {
            Some(message) if mailed => tx.publish(message),
            Some(_) => tracing::info!("the mail about a rejection was not requested: its cap is reached"),
            None => {}
        }
        Ok((decided, tx.commit_unpublished().await?))
    }

    /// Commits one decision of a batch. The decision contains the `item_id`.
    async fn commit_one(
        &self,
        reviewer: &Reviewer,
        mut decision: Value,
    ) -> Result<(ReviewItem, Vec<Outgoing>)> {
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
        let mut tx = self.outbox.begin().await?;
        let item = queries::lock_item(&mut tx, id, reviewer.project_id, user).await?.or_not_found()?;
        if !matches!(item.status, ItemStatus::Approved | ItemStatus::Rejected) {
            return Err(Problem::new(Code::InvalidState).detail("The item has not been decided on."));
        }
        if_match.check(item.version)?;
        let entry = Entry::success(Some(user), item.kind.action(Verb::Reopened), id.0);
        queries::reopen(&mut tx, &item, user, entry.in_project(item.project_id).row()?, now).await?;
        let reopened = queries::get_item(&mut *tx, id).await?.or_not_found()?;
        tx.commit().await?;
        Ok(reopened)
    }
}

impl LockedItem {
    /// Returns a problem unless the item awaits a decision.
    pub(crate) fn check_pending(&self) -> Result<()> {
        match self.status {
            ItemStatus::PendingReview => Ok(()),
            ItemStatus::Approved | ItemStatus::Rejected => Err(Problem::new(Code::AlreadyDecided)),
            _ => Err(Problem::new(Code::InvalidState).detail("The item does not await a review.")),
        }
    }
}

//! Types that queries and several routes share.

use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    http::{
        problem::{Code, Problem, Result},
        versioned::HasVersion,
    },
    items::{FailureCode, ItemKind, ItemStatus},
};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// The order of the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The oldest item first.
    #[default]
    Oldest,
    /// The item with the lowest confidence first, items without a confidence last.
    Confidence,
}

/// An item in the review queue. Get its text from `/documents/{id}` or `/voice/{id}`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewItem {
    pub(crate) id: ItemId,
    pub(crate) kind: ItemKind,
    pub(crate) project_id: ProjectId,
    pub(crate) uploaded_by_id: UserId,
    pub(crate) original_filename: String,
    pub(crate) content_type: String,
    pub(crate) status: ItemStatus,
    /// The engine's confidence, from 0 to 1.
    pub(crate) confidence: Option<f32>,
    /// The main language, as a BCP 47 tag.
    pub(crate) language: Option<String>,
    pub(crate) page_count: Option<i32>,
    pub(crate) duration_seconds: Option<f64>,
    /// The reviewer who has claimed the item.
    pub(crate) claimed_by_id: Option<UserId>,
    /// When the claim expires.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) claimed_until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) processed_at: Option<OffsetDateTime>,
    pub(crate) reviewed_by_id: Option<UserId>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) reviewed_at: Option<OffsetDateTime>,
    pub(crate) feedback: Option<String>,
    /// Increases with every change. The `ETag` header is derived from it.
    pub(crate) version: i32,
}

impl ReviewItem {
    /// Returns a problem unless the item awaits a decision.
    pub(crate) fn check_pending(&self) -> Result<()> {
        match self.status {
            ItemStatus::PendingReview => Ok(()),
            ItemStatus::Approved | ItemStatus::Rejected => Err(Problem::new(Code::AlreadyDecided)),
            _ => Err(Problem::new(Code::InvalidState).detail("The item does not await a review.")),
        }
    }

    /// Returns whether the item has an active claim.
    pub(crate) fn is_claimed(&self, now: OffsetDateTime) -> bool {
        self.claimed_until > Some(now)
    }

    /// Returns whether a user other than `user` has an active claim on the item.
    pub(crate) fn is_claimed_by_another(&self, user: UserId, now: OffsetDateTime) -> bool {
        self.is_claimed(now) && self.claimed_by_id != Some(user)
    }
}

/// The verdict of a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The item is approved.
    Approved,
    /// The item is rejected. The uploader gets a mail with the feedback.
    Rejected,
}

impl Verdict {
    pub(crate) const fn status(self) -> ItemStatus {
        match self {
            Self::Approved => ItemStatus::Approved,
            Self::Rejected => ItemStatus::Rejected,
        }
    }
}

impl HasVersion for ReviewItem {
    fn version(&self) -> i32 {
        self.version
    }
}

/// A decision of a reviewer on an item.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    #[garde(skip)]
    pub(crate) status: Verdict,
    /// The feedback for the uploader. Required to reject an item.
    #[garde(length(chars, min = 1, max = 2000), custom(explains(&self.status)))]
    #[schema(min_length = 1, max_length = 2000)]
    pub(crate) feedback: Option<String>,
    /// The corrected text. The text from the engine is kept.
    #[garde(length(chars, max = 1_000_000))]
    #[schema(max_length = 1_000_000)]
    pub(crate) corrected_text: Option<String>,
}

fn explains(status: &Verdict) -> impl FnOnce(&Option<String>, &()) -> garde::Result + '_ {
    move |feedback, ()| {
        if *status == Verdict::Rejected && feedback.as_ref().is_none_or(|text| text.trim().is_empty()) {
            return Err(garde::Error::new("is required to reject an item"));
        }
        Ok(())
    }
}

/// The part of a project's queue that a request selects.
pub(crate) struct Queue {
    pub(crate) project_id: ProjectId,
    /// `None` for items of every kind.
    pub(crate) kind: Option<ItemKind>,
    pub(crate) order: Order,
    /// The caller. Items that others have claimed are excluded.
    pub(crate) user: UserId,
}

/// The sort key of an item in the queue: its confidence, or 1 if it has none, and its id.
pub(crate) type Place = (f32, Uuid);

/// The active claims of a reviewer.
pub(crate) struct LiveClaims {
    pub(crate) count: i64,
    /// The claimed item of the queue whose claim expires first.
    pub(crate) first: Option<ItemId>,
}

/// The conditions for claiming the next item.
pub(crate) struct ClaimLimits {
    /// True if the caller may claim their own uploads.
    pub(crate) includes_own: bool,
    pub(crate) now: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
}

/// A status change of an item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    /// The version of the item after the change.
    pub(crate) version: i32,
    pub(crate) from: Option<ItemStatus>,
    pub(crate) to: ItemStatus,
    /// The user who made the change; null if the platform made it.
    pub(crate) actor_id: Option<UserId>,
    pub(crate) actor_name: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) feedback: Option<String>,
    /// The code of the failure; null unless processing failed.
    #[schema(value_type = Option<FailureCode>)]
    pub(crate) failure_code: Option<String>,
    /// The text before the decision, if the decision changed it.
    pub(crate) text_before: Option<String>,
    /// The text after the decision, if the decision changed it.
    pub(crate) text_after: Option<String>,
}

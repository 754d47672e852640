//! Types that SQL and several routes share.

use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    http::versioned::HasVersion,
    items::{ItemKind, ItemStatus},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The order of the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The oldest item first.
    #[default]
    Oldest,
    /// The item of the lowest confidence first.
    Confidence,
}

/// An item as a reviewer sees it in the queue; its text is at `/documents/{id}` or `/voice/{id}`.
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
    /// The reviewer who claims it.
    pub(crate) claimed_by_id: Option<UserId>,
    /// When the claim ends.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) claimed_until: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) processed_at: Option<OffsetDateTime>,
    pub(crate) reviewed_by_id: Option<UserId>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) reviewed_at: Option<OffsetDateTime>,
    pub(crate) feedback: Option<String>,
    /// Grows with every change; the `ETag` is made from it.
    pub(crate) version: i32,
}

/// The verdict of a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The item is approved.
    Approved,
    /// The item is rejected; the uploader is told why.
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
    /// The corrected text; kept beside the machine's.
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

/// An item that nobody else changes until the transaction ends.
pub(crate) struct LockedItem {
    pub(crate) id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    pub(crate) status: ItemStatus,
    pub(crate) version: i32,
    pub(crate) claimed_by_id: Option<UserId>,
    pub(crate) claimed_until: Option<OffsetDateTime>,
    /// Whether another upload was requested.
    pub(crate) awaits_upload: bool,
    /// When it began to await a decision.
    pub(crate) pending_since: Option<OffsetDateTime>,
    /// Whether the caller uploaded it.
    pub(crate) is_own: bool,
    /// Whether the caller uploaded it, and nobody else in the project could decide.
    pub(crate) is_own_and_alone: bool,
}

impl LockedItem {
    /// Whether somebody claims it.
    pub(crate) fn is_claimed(&self, now: OffsetDateTime) -> bool {
        self.claimed_until > Some(now)
    }

    /// Whether somebody other than the user claims it.
    pub(crate) fn is_claimed_by_another(&self, user: UserId, now: OffsetDateTime) -> bool {
        self.is_claimed(now) && self.claimed_by_id != Some(user)
    }
}

/// A part of a project's queue.
pub(crate) struct Queue {
    pub(crate) project_id: ProjectId,
    /// The items of this kind; `None` for those of every kind.
    pub(crate) kind: Option<ItemKind>,
    pub(crate) order: Order,
    /// The caller: items that others claim are left out.
    pub(crate) user: UserId,
}

/// The live claims of a reviewer.
pub(crate) struct LiveClaims {
    pub(crate) count: i64,
    /// The one that ends first.
    pub(crate) first: Option<ItemId>,
}

/// The limits of a claim.
pub(crate) struct ClaimLimits {
    /// Whether the caller's own uploads can be claimed.
    pub(crate) includes_own: bool,
    pub(crate) now: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
}

/// A change of an item's status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    /// The item's version after it.
    pub(crate) version: i32,
    pub(crate) from: Option<ItemStatus>,
    pub(crate) to: ItemStatus,
    /// Who did it; null for the platform.
    pub(crate) actor_id: Option<UserId>,
    pub(crate) actor_name: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) feedback: Option<String>,
    /// Why it failed, if it did.
    pub(crate) failure_code: Option<String>,
    /// The text before a decision that changed it.
    pub(crate) text_before: Option<String>,
    /// The text after it.
    pub(crate) text_after: Option<String>,
}

//! Answers that several routes give.

use serde::{Deserialize, Serialize};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{ItemKind, ItemStatus},
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

/// How long a claim holds, unless it is renewed.
pub(crate) const CLAIM: Duration = Duration::minutes(15);
/// Claims that one may hold at once.
pub(crate) const MAX_CLAIMS: i64 = 20;

/// In which order the queue is worked through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// What was announced first.
    #[default]
    Oldest,
    /// What the engine was least sure of.
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
    /// How sure the engine is, from 0 to 1.
    pub(crate) confidence: Option<f32>,
    /// The main language, as a BCP 47 tag.
    pub(crate) language: Option<String>,
    pub(crate) page_count: Option<i32>,
    pub(crate) duration_seconds: Option<f64>,
    /// Who looks at it.
    pub(crate) claimed_by_id: Option<UserId>,
    /// Until when nobody else is handed it.
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

/// What a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The item is good.
    Approved,
    /// It is not; the uploader is told why.
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

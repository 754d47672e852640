//! The results of the query that a summary is calculated from.

use serde::Deserialize;
use shared::items::{ItemKind, ItemStatus};
use sqlx::types::Json;

use crate::model::{Contributor, DomainCount, Reviewer};

/// The number of items of one kind and status.
#[derive(Debug, Deserialize)]
pub(crate) struct Total {
    pub(crate) kind: ItemKind,
    pub(crate) status: ItemStatus,
    pub(crate) items: i64,
}

/// The counts of one day. Days are numbered from 1 within the window.
#[derive(Debug, Deserialize)]
pub(crate) struct DayCounts {
    pub(crate) day: usize,
    pub(crate) uploaded: i64,
    pub(crate) processed: i64,
    pub(crate) failed: i64,
    pub(crate) approved: i64,
    pub(crate) rejected: i64,
}

/// The amount of processed content of one kind, and the sum of the engine's confidence.
#[derive(Debug, Deserialize)]
pub(crate) struct Read {
    pub(crate) kind: ItemKind,
    pub(crate) pages: i64,
    pub(crate) voice_milliseconds: i64,
    pub(crate) confidence_millionths: i64,
    pub(crate) confidence_count: i64,
}

/// The event that ends a measured duration: the text is stored, or a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Milestone {
    Text,
    Decision,
}

/// A histogram of durations from a bucket.
#[derive(Debug, Deserialize)]
pub(crate) struct Bins {
    pub(crate) milestone: Milestone,
    pub(crate) bins: Vec<i64>,
}

/// A duration that is not in a bucket yet.
#[derive(Debug, Deserialize)]
pub(crate) struct Durations {
    pub(crate) milestone: Milestone,
    pub(crate) bin: usize,
}

/// The rows from which a summary is computed.
pub(crate) struct Figures {
    pub(crate) totals: Json<Vec<Total>>,
    pub(crate) days: Json<Vec<DayCounts>>,
    pub(crate) read: Json<Vec<Read>>,
    pub(crate) histograms: Json<Vec<Bins>>,
    pub(crate) unfolded_durations: Json<Vec<Durations>>,
    pub(crate) domains: Json<Vec<DomainCount>>,
    pub(crate) contributors: Json<Vec<Contributor>>,
    pub(crate) reviewers: Json<Vec<Reviewer>>,
}

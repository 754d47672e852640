//! A summary and what it covers.

use serde::{Deserialize, Serialize};
use shared::base::ids::{ProjectId, UserId};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

time::serde::format_description!(iso_date, Date, "[year]-[month]-[day]");

/// How far a summary looks back: whole days, today included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum Timeframe {
    /// Seven days.
    #[serde(rename = "7d")]
    Week,
    /// Thirty days.
    #[default]
    #[serde(rename = "30d")]
    Month,
    /// Ninety days.
    #[serde(rename = "90d")]
    Quarter,
    /// 365 days.
    #[serde(rename = "365d")]
    Year,
    /// From the first upload on.
    #[serde(rename = "all")]
    All,
}

/// Whose items are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of the whole platform.
    Everything,
    /// Those of the projects that the caller administers.
    Administered(Vec<ProjectId>),
    /// Those of one project.
    Project(ProjectId),
}

impl Scope {
    /// Whose buckets add up to it; those of the platform are kept under the nil id.
    pub(crate) fn buckets(&self) -> Vec<Uuid> {
        match self {
            Self::Everything => vec![Uuid::nil()],
            Self::Administered(projects) => projects.iter().map(|project| project.0).collect(),
            Self::Project(project) => vec![project.0],
        }
    }

    /// The project, when it is one.
    pub(crate) fn project_id(&self) -> Option<ProjectId> {
        match self {
            Self::Project(project) => Some(*project),
            Self::Everything | Self::Administered(_) => None,
        }
    }
}

/// How it goes: what there is now, and what happened within the timeframe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Summary {
    pub(crate) timeframe: Timeframe,
    /// The time zone (IANA) whose midnights the days begin at.
    pub(crate) timezone: String,
    /// The project; null for all that the caller may see together.
    pub(crate) project_id: Option<ProjectId>,
    /// When the first day begins.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) from: OffsetDateTime,
    /// When this was counted: up to half a minute ago.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) to: OffsetDateTime,
    pub(crate) totals: Totals,
    /// The domains with the most documents now, the most first; null for the documents that have none.
    pub(crate) domains: Vec<DomainCount>,
    /// Documents of all other domains.
    pub(crate) other_domains: i64,
    /// Every day of the timeframe, the oldest first.
    pub(crate) daily: Vec<Day>,
    /// Pages that were read; those of a document that was read twice count twice.
    pub(crate) pages: i64,
    /// Minutes of speech that were read.
    pub(crate) voice_minutes: f64,
    /// From an upload to its text.
    pub(crate) time_to_text: Durations,
    /// From the text, or from being reopened, to a reviewer's decision.
    pub(crate) time_to_decision: Durations,
    pub(crate) mean_confidence: MeanConfidence,
    /// Who uploaded most, the most first.
    pub(crate) contributors: Vec<Contributor>,
    /// Who decided most, the most first.
    pub(crate) reviewers: Vec<Reviewer>,
}

/// What there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct Totals {
    pub(crate) documents: StatusCounts,
    pub(crate) voice: StatusCounts,
}

/// Items by their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct StatusCounts {
    pub(crate) draft: i64,
    pub(crate) processing: i64,
    pub(crate) pending_review: i64,
    pub(crate) approved: i64,
    pub(crate) rejected: i64,
    pub(crate) failed: i64,
}

/// The documents of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct DomainCount {
    /// Null for the documents that have none.
    pub(crate) domain: Option<String>,
    pub(crate) documents: i64,
}

/// What happened on a day, counted when it happened: an item that was uploaded on one day and approved on the next
/// counts on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Day {
    #[serde(with = "iso_date")]
    #[schema(value_type = String, format = Date)]
    pub(crate) date: Date,
    /// Uploads whose bytes arrived.
    pub(crate) uploaded: i64,
    /// Uploads that became text.
    pub(crate) processed: i64,
    /// Uploads that could not be read.
    pub(crate) failed: i64,
    /// By a reviewer, or because the project had none.
    pub(crate) approved: i64,
    pub(crate) rejected: i64,
}

/// How long something took: within 5 % of the exact values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Durations {
    /// How often it happened.
    pub(crate) count: i64,
    /// Null when it never did.
    pub(crate) median_seconds: Option<f64>,
    /// What nine of ten did not exceed; null when it never happened.
    pub(crate) p90_seconds: Option<f64>,
}

/// How sure the engines were of what they read, from 0 to 1; null when they read nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MeanConfidence {
    pub(crate) documents: Option<f64>,
    pub(crate) voice: Option<f64>,
}

/// Who uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Contributor {
    pub(crate) user_id: UserId,
    /// Null for who has none, or whose account is gone.
    pub(crate) display_name: Option<String>,
    pub(crate) uploaded: i64,
}

/// Who decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Reviewer {
    pub(crate) user_id: UserId,
    /// Null for who has none, or whose account is gone.
    pub(crate) display_name: Option<String>,
    pub(crate) approved: i64,
    pub(crate) rejected: i64,
}

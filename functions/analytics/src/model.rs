//! A summary, its period and its scope.

use serde::{Deserialize, Serialize};
use shared::base::ids::{ProjectId, UserId};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

time::serde::format_description!(iso_date, Date, "[year]-[month]-[day]");

/// The period of a summary, in whole days including today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) enum Timeframe {
    /// The last 7 days.
    #[serde(rename = "7d")]
    Week,
    /// The last 30 days.
    #[default]
    #[serde(rename = "30d")]
    Month,
    /// The last 90 days.
    #[serde(rename = "90d")]
    Quarter,
    /// The last 365 days.
    #[serde(rename = "365d")]
    Year,
    /// All days since the first upload.
    #[serde(rename = "all")]
    All,
}

/// The items that a summary counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All items of the platform.
    Platform,
    /// The items of all projects that the caller administers.
    Administered(Vec<ProjectId>),
    /// The items of one project.
    Project(ProjectId),
}

impl Scope {
    /// Returns the ids of the buckets that add up to the scope. The platform's buckets have the nil id.
    pub(crate) fn buckets(&self) -> Vec<Uuid> {
        match self {
            Self::Platform => vec![Uuid::nil()],
            Self::Administered(projects) => projects.iter().map(|project| project.0).collect(),
            Self::Project(project) => vec![project.0],
        }
    }

    /// Returns the project if the scope is a single project.
    pub(crate) fn project_id(&self) -> Option<ProjectId> {
        match self {
            Self::Project(project) => Some(*project),
            Self::Platform | Self::Administered(_) => None,
        }
    }
}

/// The current totals, and the activity within the timeframe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Summary {
    pub(crate) timeframe: Timeframe,
    /// The IANA name of the time zone in which days begin at midnight.
    pub(crate) timezone: String,
    /// The project. Null if the summary covers all projects that the caller can see.
    pub(crate) project_id: Option<ProjectId>,
    /// The start of the first day.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) from: OffsetDateTime,
    /// The time at which the figures were calculated: up to 30 seconds ago.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) to: OffsetDateTime,
    pub(crate) totals: Totals,
    /// The domains with the most documents now, in descending order. Documents without a domain have an entry with
    /// null.
    pub(crate) domains: Vec<DomainCount>,
    /// The number of documents of all other domains.
    pub(crate) other_domains: i64,
    /// Every day of the timeframe, oldest first.
    pub(crate) daily: Vec<Day>,
    /// The number of processed pages. Pages of a document that was processed twice count twice.
    pub(crate) pages: i64,
    /// The number of minutes of transcribed speech.
    pub(crate) voice_minutes: f64,
    /// The time from an upload to its text.
    pub(crate) time_to_text: Durations,
    /// The time from the text, or from reopening the item, to the reviewer's decision.
    pub(crate) time_to_decision: Durations,
    pub(crate) mean_confidence: MeanConfidence,
    /// The users with the most uploads, in descending order.
    pub(crate) contributors: Vec<Contributor>,
    /// The users with the most decisions, in descending order.
    pub(crate) reviewers: Vec<Reviewer>,
}

/// The current number of items by kind and status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct Totals {
    pub(crate) documents: StatusCounts,
    pub(crate) voice: StatusCounts,
}

/// The number of items in each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct StatusCounts {
    pub(crate) draft: i64,
    pub(crate) processing: i64,
    pub(crate) pending_review: i64,
    pub(crate) approved: i64,
    pub(crate) rejected: i64,
    pub(crate) failed: i64,
}

/// The number of documents of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct DomainCount {
    /// The domain. Null for documents without a domain.
    pub(crate) domain: Option<String>,
    pub(crate) documents: i64,
}

/// The activity of a day. An item that was uploaded on one day and approved on the next counts on both days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Day {
    #[serde(with = "iso_date")]
    #[schema(value_type = String, format = Date)]
    pub(crate) date: Date,
    /// The number of uploaded files.
    pub(crate) uploaded: i64,
    /// The number of uploads that were processed successfully.
    pub(crate) processed: i64,
    /// The number of uploads whose processing failed.
    pub(crate) failed: i64,
    /// The number of approvals. Items of a project without reviewers are approved automatically.
    pub(crate) approved: i64,
    pub(crate) rejected: i64,
}

/// Statistics of a duration. Quantiles are within 5% of the exact values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Durations {
    /// The number of durations.
    pub(crate) count: i64,
    /// The median. Null if there are no durations.
    pub(crate) median_seconds: Option<f64>,
    /// The 90th percentile. Null if there are no durations.
    pub(crate) p90_seconds: Option<f64>,
}

/// The engines' mean confidence, from 0 to 1. Null if nothing was processed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MeanConfidence {
    pub(crate) documents: Option<f64>,
    pub(crate) voice: Option<f64>,
}

/// A user and their number of uploads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Contributor {
    pub(crate) user_id: UserId,
    /// The display name. Null if the user has none or the account was deleted.
    pub(crate) display_name: Option<String>,
    pub(crate) uploaded: i64,
}

/// A user and their number of review decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Reviewer {
    pub(crate) user_id: UserId,
    /// The display name. Null if the user has none or the account was deleted.
    pub(crate) display_name: Option<String>,
    pub(crate) approved: i64,
    pub(crate) rejected: i64,
}

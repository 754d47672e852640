//! The problem `quota_exceeded`, which names the limit that a request would exceed.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Code, Problem, ProblemBody};

/// A problem with the code `quota_exceeded`.
#[derive(Serialize, ToSchema)]
#[schema(as = QuotaExceededProblem)]
#[allow(dead_code, reason = "describes the response, which is a problem with an extension")]
pub struct QuotaProblem {
    #[serde(flatten)]
    problem: ProblemBody<'static>,
    #[serde(flatten)]
    extension: Exceeded<'static>,
}

/// Extension members of a `quota_exceeded` problem.
#[derive(Debug, Serialize, ToSchema)]
struct Exceeded<'a> {
    /// The name of the limit, such as `open_drafts_per_user`.
    limit: &'a str,
}

impl Problem {
    /// Creates a 429 that names the exceeded limit. `wait` is the time after which a request can succeed again, if
    /// waiting helps.
    #[must_use]
    pub fn quota_exceeded(limit: &str, wait: Option<Duration>) -> Self {
        let problem = Self::new(Code::QuotaExceeded).extended(&Exceeded { limit });
        match wait {
            Some(wait) => {
                problem.detail(format!("The limit {limit} is reached. Try again later.")).retry_after(wait)
            }
            None => problem.detail(format!("The limit {limit} is reached.")),
        }
    }
}

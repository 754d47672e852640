//! The answer to a request that asks for many things: each is done or refused by itself.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::http::problem::{Problem, ProblemBody};

/// An answer for each, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Batch<T> {
    items: Vec<Outcome<T>>,
}

/// What became of one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Outcome<T> {
    /// It was done.
    Done {
        /// As it would be by itself.
        status: u16,
        #[serde(flatten)]
        answer: T,
    },
    /// It was refused, and the others were not.
    Refused {
        /// As it would be by itself.
        status: u16,
        /// Why.
        #[schema(value_type = ProblemBody)]
        problem: Value,
    },
}

impl<T> Batch<T> {
    /// Tells of each what a request for it alone would, with `done` as the status of those that succeeded.
    pub fn new(done: StatusCode, results: impl IntoIterator<Item = Result<T, Problem>>) -> Self {
        let outcome = |result| match result {
            Ok(answer) => Outcome::Done { status: done.as_u16(), answer },
            Err(problem) => Outcome::refused(&problem),
        };
        Self { items: results.into_iter().map(outcome).collect() }
    }
}

impl<T> Outcome<T> {
    fn refused(problem: &Problem) -> Self {
        Self::Refused { status: problem.code().status().as_u16(), problem: json!(problem.body()) }
    }
}

//! The response to a batch request, whose items succeed or fail independently.

use std::collections::BTreeSet;

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::http::problem::{Code, Problem, ProblemBody};

/// The results of a batch, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Batch<T> {
    items: Vec<Outcome<T>>,
}

/// The result for one item of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Outcome<T> {
    /// The item succeeded.
    Done {
        /// The HTTP status that a request for this item alone would return.
        #[schema(value_type = DoneStatus, inline)]
        status: u16,
        #[serde(flatten)]
        answer: T,
    },
    /// The item failed. Other items of the batch may have succeeded.
    Refused {
        /// The HTTP status that a request for this item alone would return.
        #[schema(value_type = RefusedStatus, inline)]
        status: u16,
        /// The problem that a request for this item alone would return.
        #[schema(value_type = ProblemBody)]
        problem: Value,
    },
}

/// The statuses of an item that succeeded. They distinguish the two results.
struct DoneStatus;

/// The statuses of an item that failed.
struct RefusedStatus;

fn one_of(statuses: impl IntoIterator<Item = u16>) -> RefOr<Schema> {
    let statuses: BTreeSet<u16> = statuses.into_iter().collect();
    ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some(statuses)).into()
}

impl PartialSchema for DoneStatus {
    fn schema() -> RefOr<Schema> {
        one_of([StatusCode::OK, StatusCode::CREATED].map(|status| status.as_u16()))
    }
}

impl PartialSchema for RefusedStatus {
    fn schema() -> RefOr<Schema> {
        one_of(Code::ALL.iter().map(|code| code.status().as_u16()))
    }
}

impl ToSchema for DoneStatus {}
impl ToSchema for RefusedStatus {}

impl<T> Batch<T> {
    /// Creates the response from the result of each item, with `done` as the status of items that succeeded.
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

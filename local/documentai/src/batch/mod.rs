//! Batches: `:batchProcess` starts an operation that reads documents in the background and writes them in shards.

mod operation;
mod operations;
mod request;
mod run;
mod shards;

pub use operations::OperationCounts;

pub(crate) use operations::Operations;
pub(crate) use run::{resume, start};

use operation::Operation;
use request::Batch;

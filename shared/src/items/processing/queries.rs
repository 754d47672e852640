//! The SQL of processing: each step is one statement, and so one transaction.

mod claims;
mod ends;
mod operations;

pub use self::ends::{Restartable, find_restartable, give_up, restart};
pub(super) use self::{
    claims::{defer, lease},
    ends::{complete, fail},
    operations::{begin_operation, end_operation, find_upload, record_shard, wait},
};

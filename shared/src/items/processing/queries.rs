//! The SQL of processing. Each step is one statement and therefore one transaction.

mod claims;
mod ends;
mod operations;

pub use self::ends::{Restartable, fail, find_restartable, restart};
pub(super) use self::{
    claims::{defer, lease, pause},
    ends::complete,
    operations::{begin_operation, end_operation, find_upload, record_shard, wait},
};

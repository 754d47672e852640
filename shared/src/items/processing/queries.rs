//! The SQL of processing. Each step is one statement and therefore one transaction.

mod claims;
mod ends;
mod operations;

pub use self::ends::{Restartable, find_restartable, give_up, restart};
pub(super) use self::{
    claims::{defer, lease},
    ends::{complete, fail},
    operations::{begin_operation, end_operation, find_upload, record_shard, wait},
};

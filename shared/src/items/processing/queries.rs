//! The SQL of processing. Each step is one statement and therefore one transaction.

mod claims;
mod ends;
mod media_type;
mod operations;
mod requests;

pub use self::ends::{Restartable, fail, find_restartable, restart};
pub(super) use self::{
    claims::{defer, lease, schedule_retry},
    ends::complete,
    media_type::set_media_type,
    operations::{begin_operation, end_operation, find_upload, record_shard, release, wait, wait_in_queue},
    requests::charge_requests,
};

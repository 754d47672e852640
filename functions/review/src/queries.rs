//! The SQL queries of `review`.

mod decide;
mod history;
mod items;
mod queue;

pub(crate) use self::{
    decide::{decide, reopen},
    history::list_history,
    items::{get_item, is_only_reviewer, list_queue},
    queue::{claim, claim_next, find_claims, lock_claims, release},
};

//! The handlers, in one file for each route.

pub(crate) mod claim_item;
pub(crate) mod claim_next;
pub(crate) mod decide_item;
pub(crate) mod decide_items;
pub(crate) mod list_history;
pub(crate) mod list_queue;
pub(crate) mod release_item;
pub(crate) mod reopen_item;

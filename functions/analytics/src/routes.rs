//! Handlers, one file for each route.

pub(crate) mod get_summary;

//! `/exports` and what is below it.

pub(crate) mod create_export;
pub(crate) mod get_export;
pub(crate) mod list_exports;

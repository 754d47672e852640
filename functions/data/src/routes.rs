//! The handlers: a file for the documented entry points of each kind, and one for those of items and of exports.

pub(crate) mod documents;
pub(crate) mod exports;
pub(crate) mod items;
pub(crate) mod voice;

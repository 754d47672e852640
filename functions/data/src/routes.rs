//! The handlers: a file for each route of documents, and of voice samples; what they share is in [`crate::flow`].

pub(crate) mod documents;
pub(crate) mod exports;
pub(crate) mod voice;

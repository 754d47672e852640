//! Searches: the syntax of queries, and the excerpts in results.

mod excerpt;
mod terms;
mod words;

pub(crate) use self::{excerpt::excerpt, terms::Terms};

//! Items: what documents and voice samples share, and the one table that records each change of a status.

pub mod exports;
mod item;
mod kind;
pub mod lease;
pub mod locators;
mod object_name;
pub mod parts;
pub mod processing;
mod transitions;

pub use self::{
    item::{Failure, ItemStatus},
    kind::{FileSize, ItemKind, KindDefinition, MediaType, Verb},
    object_name::ObjectName,
    transitions::{Position, Recorded, position_after, project_transitions_after, transitions_after},
};

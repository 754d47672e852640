//! Documents and voice samples: their common data model, processing, and history of status transitions.

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

//! Documents and voice samples: their common data model, processing, and history of status transitions.

pub mod exports;
mod failure;
pub mod file_type;
mod item;
mod kind;
pub mod languages;
pub mod lease;
pub mod locators;
mod object_name;
pub mod parts;
pub mod processing;
mod transitions;

pub use self::{
    failure::{Failure, FailureCode},
    item::{ItemStatus, StatusFilter},
    kind::{FileSize, ItemKind, KindDefinition, KindName, MediaType, Verb},
    object_name::ObjectName,
    transitions::{Position, Recorded, position_after, project_transitions_after, transitions_after},
};

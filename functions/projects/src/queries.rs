//! All SQL of `projects`.

mod invitations;
mod members;
mod projects;

pub(crate) use self::{invitations::*, members::*, projects::*};

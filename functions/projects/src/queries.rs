//! All SQL queries of `projects`.

mod acceptance;
mod invitations;
mod members;
mod projects;

pub(crate) use self::{acceptance::*, invitations::*, members::*, projects::*};

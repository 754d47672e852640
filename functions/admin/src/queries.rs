//! All SQL of `admin`, beside the audit log's, which `projects` reads too.

mod dead_letters;
mod users;

pub(crate) use self::{dead_letters::*, users::*};

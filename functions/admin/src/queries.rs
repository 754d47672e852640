//! All SQL of `admin`, except for queries of the audit log, which `shared` provides since `projects` uses them too.

mod dead_letters;
mod users;

pub(crate) use self::{dead_letters::*, users::*};

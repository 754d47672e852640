//! All SQL queries of `auth`.

mod passkeys;
mod passwords;
mod registration;
mod sessions;

pub(crate) use self::{passkeys::*, passwords::*, registration::*, sessions::*};

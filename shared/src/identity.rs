//! Authentication and authorization: tokens, passwords, passkeys, the principal, the project guard, limits.

pub mod access_token;
pub mod account;
pub mod admins;
pub mod guard;
pub mod mail_caps;
pub mod mail_token;
pub mod passkey;
pub mod passwords;
pub mod principal;
pub mod quota;
pub mod rate_limit;

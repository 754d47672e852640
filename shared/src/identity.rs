//! Authentication and authorization: tokens, passwords, passkeys, the principal, the project guard, rate limits.

pub mod access_token;
pub mod account;
pub mod guard;
pub mod mail_caps;
pub mod mail_token;
pub mod passkey;
pub mod passwords;
pub mod principal;
pub mod rate_limit;

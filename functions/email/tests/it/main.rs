//! Tests of `email` with a mail server that requires STARTTLS and authentication.

mod account_exists;
mod invitation;
mod notices;
mod outages;
mod passwords;
mod pooler;
mod refuses;
mod support;
mod verification;

//! `email` in front of a mail server that asks for STARTTLS and a login.

mod account_exists;
mod invitation;
mod notices;
mod outages;
mod passwords;
mod refuses;
mod support;
mod verification;

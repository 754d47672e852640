//! `auth` through its HTTP interface, one module a route.

mod get_me;
mod health;
mod login;
mod register;
mod resend_verification;
mod support;
mod verify_email;

//! Tests of `auth` through its HTTP interface, one module per endpoint or rule.

mod authenticator;
mod forgot_password;
mod get_me;
mod health;
mod lambda;
mod login;
mod logout;
mod mail_caps;
mod passkeys;
mod rate_limits;
mod reauthenticate;
mod refresh;
mod register;
mod resend_verification;
mod reset_password;
mod response_time;
mod support;
mod verify_email;

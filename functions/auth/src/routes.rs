//! HTTP handlers, one file per endpoint.

pub(crate) mod finish_passkey_registration;
pub(crate) mod forgot_password;
pub(crate) mod get_jwks;
pub(crate) mod get_me;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod reauthenticate;
pub(crate) mod refresh;
pub(crate) mod register;
pub(crate) mod resend_verification;
pub(crate) mod reset_password;
pub(crate) mod start_passkey_login;
pub(crate) mod start_passkey_registration;
pub(crate) mod verify_email;

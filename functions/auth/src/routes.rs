//! One file a route.

pub(crate) mod get_jwks;
pub(crate) mod get_me;
pub(crate) mod login;
pub(crate) mod register;
pub(crate) mod resend_verification;
pub(crate) mod verify_email;

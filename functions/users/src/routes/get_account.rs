//! The handler of `GET /users/me`.

use shared::{
    http::versioned::Versioned,
    identity::{account::Account, principal::VerifiedAccount},
};

/// Get your account
///
/// Requires a verified email address. Use `GET /auth/me` before the address is verified.
#[utoipa::path(get, path = "/users/me", tag = "users",
    responses((status = OK, body = Account)))]
pub(crate) async fn get_account(VerifiedAccount(account): VerifiedAccount) -> Versioned<Account> {
    Versioned(account)
}

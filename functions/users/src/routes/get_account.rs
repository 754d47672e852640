//! `GET /users/me`.

use shared::{
    http::versioned::Versioned,
    identity::{account::Account, principal::VerifiedAccount},
};

/// The caller's account.
#[utoipa::path(get, path = "/users/me", tag = "users",
    responses((status = OK, body = Account)))]
pub(crate) async fn get_account(VerifiedAccount(account): VerifiedAccount) -> Versioned<Account> {
    Versioned(account)
}

//! The handler of `GET /auth/me`.

use shared::{
    http::versioned::Versioned,
    identity::{account::Account, principal::CurrentAccount},
};

/// Get the current user
///
/// Also works before the email address is verified.
#[utoipa::path(get, path = "/auth/me", tag = "auth",
    responses((status = OK, body = Account)))]
pub(crate) async fn get_me(CurrentAccount(account): CurrentAccount) -> Versioned<Account> {
    Versioned(account)
}

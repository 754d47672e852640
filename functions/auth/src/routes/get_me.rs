//! `GET /auth/me`.

use shared::{
    http::versioned::Versioned,
    identity::{account::Account, principal::CurrentAccount},
};

/// The user who calls; works before the address is verified.
#[utoipa::path(get, path = "/auth/me", tag = "auth",
    responses((status = OK, body = Account)))]
pub(crate) async fn get_me(CurrentAccount(account): CurrentAccount) -> Versioned<Account> {
    Versioned(account)
}

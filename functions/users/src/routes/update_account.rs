//! The handler of `PATCH /users/me`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::text::Name,
    http::{extract::Json, merge_patch::Field, precondition::IfMatch, problem::Result, versioned::Versioned},
    identity::{account::Account, principal::Principal},
};
use utoipa::ToSchema;

use crate::{AppState, queries};

/// A merge patch (RFC 7396). Omitted fields stay unchanged, and `null` clears a field.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateAccount {
    #[serde(default)]
    #[garde(dive)]
    #[schema(value_type = Option<Name>)]
    display_name: Field<Name>,
}

/// Update your account
///
/// Send the `ETag` of the account as `If-Match` to avoid overwriting a concurrent change.
#[utoipa::path(patch, path = "/users/me", tag = "users",
    request_body(content((UpdateAccount = "application/merge-patch+json"),
        (UpdateAccount = "application/json"))),
    responses((status = OK, body = Account)))]
pub(crate) async fn update_account(
    State(app): State<AppState>,
    principal: Principal,
    if_match: IfMatch,
    Json(patch): Json<UpdateAccount>,
) -> Result<Versioned<Account>> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let mut account = queries::lock_account(&mut tx, &principal, now).await?;
    if_match.check(account.version)?;
    let before = account.display_name.clone();
    let display_name = patch.display_name.apply(before.clone(), |name| name.as_str().to_owned());
    if display_name != account.display_name {
        let names = json!({"before": {"display_name": before}, "after": {"display_name": display_name}});
        account = queries::update_account(&mut tx, principal.user_id, display_name.as_deref()).await?;
        let user = principal.user_id;
        let entry = Entry::success(Some(user), Action::UserUpdated, user.0).with_personal(names);
        audit::record(&mut tx, entry, now).await?;
        tx.commit().await?;
    }

    Ok(Versioned(account))
}

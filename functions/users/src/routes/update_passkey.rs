//! The handler of `PATCH /users/me/passkeys/{passkey_id}`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{ids::PasskeyId, text::Name},
    http::{
        extract::{Json, Path},
        problem::{OrNotFound as _, Result},
    },
    identity::{passkey::Passkey, principal::Principal},
};
use utoipa::ToSchema;

use crate::{AppState, queries};

/// A merge patch (RFC 7396). Omitted fields stay unchanged. The name cannot be cleared.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdatePasskey {
    #[serde(default, deserialize_with = "shared::http::merge_patch::kept_or_set")]
    #[garde(dive)]
    #[schema(value_type = Name, required = false)]
    name: Option<Name>,
}

/// Rename one of your passkeys
///
/// The name is shown to you only.
#[utoipa::path(patch, path = "/users/me/passkeys/{passkey_id}", tag = "users",
    params(("passkey_id" = PasskeyId, Path)),
    request_body(content((UpdatePasskey = "application/merge-patch+json"),
        (UpdatePasskey = "application/json"))),
    responses((status = OK, body = Passkey),
        (status = NOT_FOUND, description = "not_found")))]
pub(crate) async fn update_passkey(
    State(app): State<AppState>,
    principal: Principal,
    Path(id): Path<PasskeyId>,
    Json(patch): Json<UpdatePasskey>,
) -> Result<Json<Passkey>> {
    let now = app.clock.now();
    let user = principal.user_id;
    let mut tx = app.db.begin().await?;
    queries::lock_account(&mut tx, &principal, now).await?;
    let name = patch.name.as_ref().map(Name::as_str);
    let passkey = queries::rename_passkey(&mut tx, user, id, name).await?.or_not_found()?;
    if name.is_some() {
        let entry = Entry::success(Some(user), Action::UserPasskeyRenamed, user.0);
        audit::record(&mut tx, entry.with(json!({"passkey_id": id})), now).await?;
    }
    tx.commit().await?;

    Ok(Json(passkey))
}

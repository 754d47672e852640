//! The handler of `GET /admin/users/{user_id}`.

use axum::extract::State;
use serde::Serialize;
use shared::{
    base::ids::UserId,
    http::{
        extract::Path,
        problem::{OrNotFound as _, Result},
        versioned::{HasVersion, Versioned},
    },
    identity::principal::SuperAdmin,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    AppState,
    model::{Membership, User},
    queries,
};

/// The maximum number of memberships in a response.
const MEMBERSHIPS: i64 = 200;

/// A user with their memberships.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserDetail {
    #[serde(flatten)]
    user: User,
    /// The last time that the user signed in or refreshed a session.
    #[serde(with = "time::serde::rfc3339::option")]
    last_seen_at: Option<OffsetDateTime>,
    /// The user's memberships, newest first, at most 200.
    memberships: Vec<Membership>,
}

impl HasVersion for UserDetail {
    fn version(&self) -> i32 {
        self.user.version()
    }
}

/// Get a user
///
/// Includes the last activity and the project memberships.
#[utoipa::path(get, path = "/admin/users/{user_id}", tag = "admin", params(("user_id" = UserId, Path)),
    responses((status = OK, body = UserDetail),
        (status = NOT_FOUND, description = "not_found")))]
pub(crate) async fn get_user(
    State(app): State<AppState>,
    _: SuperAdmin,
    Path(id): Path<UserId>,
) -> Result<Versioned<UserDetail>> {
    let mut db = app.db.acquire().await?;
    let user = queries::get_user(&mut db, id).await?.or_not_found()?;
    let last_seen_at = queries::last_seen(&mut db, id).await?;
    let memberships = queries::list_memberships(&mut db, id, MEMBERSHIPS).await?;
    Ok(Versioned(UserDetail { user, last_seen_at, memberships }))
}

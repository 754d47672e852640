//! Changes that super admins make to users.

use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{clock::Clock, ids::UserId},
    http::{
        precondition::IfMatch,
        problem::{Code, OrNotFound as _, Problem, Result},
    },
    identity::{
        account::GlobalRole,
        admins::{self, Removal},
        principal::Principal,
    },
};
use sqlx::PgPool;

use crate::{
    model::{User, UserStatus},
    queries,
};

shared::use_case! {
    /// Changes the roles of users, and suspends and restores users.
    pub(crate) struct Users {
        db: PgPool,
        clock: Clock,
    }
}

impl Users {
    /// Changes a user's role or suspension. `None` keeps the current value.
    ///
    /// # Errors
    /// 404 if the user does not exist, 409 if the platform or a project would be left without an admin, 412 if the user
    /// has another version.
    pub(crate) async fn update(
        &self,
        caller: &Principal,
        id: UserId,
        if_match: &IfMatch,
        role: Option<GlobalRole>,
        suspended: Option<bool>,
    ) -> Result<User> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        // Also locks the super admins, which serializes their changes.
        let removal = if suspended == Some(true) { Removal::OfAccount } else { Removal::FromPlatform };
        let refused = admins::refusal(&mut tx, id, removal).await?;
        if !queries::is_super_admin(&mut tx, caller.user_id).await? {
            return Err(Problem::new(Code::Forbidden));
        }
        let before = queries::get_user(&mut tx, id).await?.or_not_found()?;
        if_match.check(before.version)?;
        let was_suspended = before.status == UserStatus::Suspended;
        let role = role.unwrap_or(before.global_role);
        let suspended = suspended.unwrap_or(was_suspended);
        let demoted = before.global_role == GlobalRole::SuperAdmin && role != GlobalRole::SuperAdmin;
        if let Some(refused) = refused.filter(|_| demoted || (suspended && !was_suspended)) {
            return Err(refused);
        }
        if (role, suspended) != (before.global_role, was_suspended) {
            queries::update_user(&mut tx, id, role, suspended, now).await?;
        }
        let entry = |action| Entry::success(Some(caller.user_id), action, id.0);
        if role != before.global_role {
            let metadata = json!({"before": before.global_role, "after": role});
            audit::record(&mut tx, entry(Action::UserRoleChanged).with(metadata), now).await?;
        }
        if suspended != was_suspended {
            let action = if suspended { Action::UserSuspended } else { Action::UserRestored };
            audit::record(&mut tx, entry(action), now).await?;
        }
        let user = queries::get_user(&mut tx, id).await?.or_not_found()?;
        tx.commit().await?;
        Ok(user)
    }
}

//! All SQL of `auth`.

mod passwords;
mod registration;
mod sessions;

use shared::{ids::UserId, principal::GlobalRole};
use sqlx::PgPool;

use crate::model::Me;

pub(crate) use self::{passwords::*, registration::*, sessions::*};

pub(crate) async fn get_me(db: &PgPool, user: UserId) -> Result<Option<Me>, sqlx::Error> {
    sqlx::query_as!(
        Me,
        r#"
        select id as "id: UserId", email, display_name, global_role as "global_role: GlobalRole",
               email_verified_at is not null as "email_verified!", created_at
        from users
        where id = $1 and deleted_at is null
        "#,
        user.0,
    )
    .fetch_optional(db)
    .await
}

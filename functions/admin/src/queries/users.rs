//! Queries about users.

use shared::{
    base::{
        ids::{ProjectId, UserId},
        text::like_pattern,
    },
    identity::{account::GlobalRole, guard::ProjectRole},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::{ListUsers, Membership, User, UserStatus};

/// A page of users. Each filter with an index has its own statement, so that the plan uses the index regardless of the
/// other filters.
macro_rules! page {
    ($leading:literal, $db:expr, $query:expr, $after:expr, $rows:expr) => {
        sqlx::query_as!(
            User,
            r#"
            select id as "id: UserId", email, display_name, global_role as "global_role: GlobalRole",
                   email_verified_at is not null as "is_verified!",
                   case when suspended_at is null then 'active' else 'suspended' end as "status!: UserStatus",
                   version, created_at
            from users
            where "#
                + $leading
                + r#"
              and deleted_at is null
              and id < coalesce($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
              and ($2::text is null or email ilike $2 or display_name ilike $2)
              and ($3::text is null or global_role = $3)
              and ($4::boolean is null or (email_verified_at is not null) = $4)
              and ($5::boolean is null or (suspended_at is not null) = $5)
            order by id desc
            limit $6
            "#,
            $after,
            $query.q.as_deref().map(like_pattern),
            $query.role as Option<GlobalRole>,
            $query.verified,
            $query.status.map(|status| status == UserStatus::Suspended),
            $rows,
        )
        .fetch_all($db)
        .await
    };
}

/// Lists users, newest first.
pub(crate) async fn list_users(
    db: &PgPool,
    query: &ListUsers,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<User>, sqlx::Error> {
    if query.q.is_some() {
        page!("(email ilike $2 or display_name ilike $2)", db, query, after, rows)
    } else if query.role == Some(GlobalRole::SuperAdmin) {
        page!("global_role = 'super_admin'", db, query, after, rows)
    } else if query.status == Some(UserStatus::Suspended) {
        page!("suspended_at is not null", db, query, after, rows)
    } else if query.verified == Some(false) {
        page!("email_verified_at is null", db, query, after, rows)
    } else {
        page!("true", db, query, after, rows)
    }
}

pub(crate) async fn get_user(db: &mut PgConnection, id: UserId) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as!(
        User,
        r#"
        select id as "id: UserId", email, display_name, global_role as "global_role: GlobalRole",
               email_verified_at is not null as "is_verified!",
               case when suspended_at is null then 'active' else 'suspended' end as "status!: UserStatus",
               version, created_at
        from users
        where id = $1 and deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Returns the time at which a user last signed in or refreshed a session.
pub(crate) async fn last_seen(
    db: &mut PgConnection,
    id: UserId,
) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    sqlx::query_scalar!("select max(last_used_at) from sessions where user_id = $1", id.0).fetch_one(db).await
}

/// Lists a user's memberships, newest first.
pub(crate) async fn list_memberships(
    db: &mut PgConnection,
    id: UserId,
    limit: i64,
) -> Result<Vec<Membership>, sqlx::Error> {
    sqlx::query_as!(
        Membership,
        r#"
        select projects.id as "project_id: ProjectId", projects.name as project_name,
               project_members.role as "role: ProjectRole"
        from project_members
        join projects on projects.id = project_members.project_id
        where project_members.user_id = $1 and projects.deleted_at is null
        order by project_members.project_id desc
        limit $2
        "#,
        id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Changes a user's role and suspension. A suspension revokes all sessions permanently.
pub(crate) async fn update_user(
    db: &mut PgConnection,
    id: UserId,
    role: GlobalRole,
    suspended: bool,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with ended as (
            update sessions set revoked_at = $4 where user_id = $1 and $3 and revoked_at is null
        )
        update users
        set global_role = $2,
            suspended_at = case when $3 then coalesce(suspended_at, $4) end,
            version = version + 1
        where id = $1
        ",
        id.0,
        role as _,
        suspended,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns whether the caller is still a super admin after waiting for the locks.
pub(crate) async fn is_super_admin(db: &mut PgConnection, id: UserId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select exists (
            select from users
            where id = $1 and global_role = 'super_admin' and deleted_at is null and suspended_at is null
        ) as "is!"
        "#,
        id.0,
    )
    .fetch_one(db)
    .await
}

//! All SQL of `analytics`.

mod figures;

use shared::base::ids::{ProjectId, UserId};
use sqlx::PgPool;
use time::OffsetDateTime;

pub(crate) use self::figures::*;
use crate::model::Scope;

/// Returns the projects that a user administers, in the order of their ids.
pub(crate) async fn administered_projects(db: &PgPool, user: UserId) -> Result<Vec<ProjectId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select project_members.project_id as "id: ProjectId"
        from project_members
        join projects on projects.id = project_members.project_id
        where project_members.user_id = $1 and project_members.role = 'admin' and projects.deleted_at is null
        order by project_members.project_id
        "#,
        user.0,
    )
    .fetch_all(db)
    .await
}

/// Returns the time of the first upload, rounded down to a quarter of an hour. Also reads transitions that are not in a
/// bucket yet, up to a limit.
pub(crate) async fn first_day(db: &PgPool, scope: &Scope) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select least(
            (
                select min(first.starts_at)
                from unnest($1::uuid[]) as scope (project_id)
                cross join lateral (
                    select starts_at
                    from statistics_counts
                    where statistics_counts.project_id = scope.project_id and grain = 'quarter_hour'
                    order by starts_at
                    limit 1
                ) as first
            ),
            (
                select min(quarter_hour)
                from statistics_cursor as position
                cross join lateral (
                    select project_id, quarter_hour, uploaded
                    from item_facts
                    where (item_facts.xid, item_facts.id) > (position.xid, position.id)
                    order by item_facts.xid, item_facts.id
                    limit 10000
                ) as unfolded
                where ($2 or unfolded.project_id = any($1)) and unfolded.uploaded > 0
            )
        ) as "first"
        "#,
        &scope.buckets(),
        *scope == Scope::Platform,
    )
    .fetch_one(db)
    .await
}

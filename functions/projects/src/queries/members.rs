//! Queries for the members of a project.

use shared::{
    base::ids::{MembershipId, ProjectId, UserId},
    identity::guard::ProjectRole,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::model::Member;

/// Returns one page of a project's members, in the order in which they joined.
pub(crate) async fn list_members(
    db: &PgPool,
    project: ProjectId,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Member>, sqlx::Error> {
    sqlx::query_as!(
        Member,
        r#"
        select project_members.id as "id: MembershipId", users.id as "user_id: UserId", users.email,
               users.display_name, project_members.role as "role: ProjectRole",
               project_members.created_at as joined_at
        from project_members
        join users on users.id = project_members.user_id
        where project_members.project_id = $1
          and project_members.id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)
          and users.deleted_at is null
        order by project_members.id
        limit $3
        "#,
        project.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn get_member(
    db: &mut PgConnection,
    project: ProjectId,
    user: UserId,
) -> Result<Option<Member>, sqlx::Error> {
    sqlx::query_as!(
        Member,
        r#"
        select project_members.id as "id: MembershipId", users.id as "user_id: UserId", users.email,
               users.display_name, project_members.role as "role: ProjectRole",
               project_members.created_at as joined_at
        from project_members
        join users on users.id = project_members.user_id
        where project_members.project_id = $1 and project_members.user_id = $2 and users.deleted_at is null
        "#,
        project.0,
        user.0,
    )
    .fetch_optional(db)
    .await
}

pub(crate) async fn update_role(
    db: &mut PgConnection,
    project: ProjectId,
    user: UserId,
    role: ProjectRole,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update project_members set role = $3 where project_id = $1 and user_id = $2",
        project.0,
        user.0,
        role as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn delete_member(
    db: &mut PgConnection,
    project: ProjectId,
    user: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from project_members where project_id = $1 and user_id = $2", project.0, user.0)
        .execute(db)
        .await?;
    Ok(())
}

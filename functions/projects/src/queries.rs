//! All SQL of `projects`.

use shared::{
    guard::ProjectRole,
    ids::{MembershipId, ProjectId, UserId},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{model::Project, routes::create_project::CreateProject};

/// The project and its first admin.
pub(crate) async fn insert_project(
    db: &mut PgConnection,
    id: ProjectId,
    creator: UserId,
    new: &CreateProject,
    now: OffsetDateTime,
) -> Result<Project, sqlx::Error> {
    sqlx::query_as!(
        Project,
        r#"
        with project as (
            insert into projects (id, name, description, created_by_id, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $5)
            returning id, name, description, created_by_id, version, created_at, updated_at
        ), membership as (
            insert into project_members (id, project_id, user_id, role, created_at)
            values ($6, $1, $4, 'admin', $5)
            returning role
        )
        select project.id as "id: ProjectId", project.name, project.description,
               project.created_by_id as "created_by_id: UserId", membership.role as "role: ProjectRole",
               project.version, project.created_at, project.updated_at
        from project, membership
        "#,
        id.0,
        new.name.as_str(),
        new.description,
        creator.0,
        now,
        MembershipId::new().0,
    )
    .fetch_one(db)
    .await
}

/// `role` was found by the guard on the way here.
pub(crate) async fn get_project(
    db: &PgPool,
    id: ProjectId,
    role: Option<ProjectRole>,
) -> Result<Option<Project>, sqlx::Error> {
    let project = sqlx::query_as!(
        Project,
        r#"
        select id as "id: ProjectId", name, description, created_by_id as "created_by_id: UserId",
               null as "role: ProjectRole", version, created_at, updated_at
        from projects
        where id = $1 and deleted_at is null
        "#,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(project.map(|project| Project { role, ..project }))
}

/// Walks the index over (user, project), so that a page costs the same wherever it is.
pub(crate) async fn list_projects(
    db: &PgPool,
    user: UserId,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Project>, sqlx::Error> {
    sqlx::query_as!(
        Project,
        r#"
        select projects.id as "id: ProjectId", projects.name, projects.description,
               projects.created_by_id as "created_by_id: UserId", project_members.role as "role: ProjectRole",
               projects.version, projects.created_at, projects.updated_at
        from project_members
        join projects on projects.id = project_members.project_id
        where project_members.user_id = $1
          and project_members.project_id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          and projects.deleted_at is null
        order by project_members.project_id desc
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

pub(crate) async fn list_all_projects(
    db: &PgPool,
    user: UserId,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Project>, sqlx::Error> {
    sqlx::query_as!(
        Project,
        r#"
        select projects.id as "id: ProjectId", projects.name, projects.description,
               projects.created_by_id as "created_by_id: UserId", project_members.role as "role?: ProjectRole",
               projects.version, projects.created_at, projects.updated_at
        from projects
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = $1
        where projects.id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          and projects.deleted_at is null
        order by projects.id desc
        limit $3
        "#,
        user.0,
        after,
        rows,
    )
    .fetch_all(db)
    .await
}

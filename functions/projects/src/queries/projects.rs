//! Queries for creating, reading, changing and deleting projects.

use shared::{
    base::{
        ids::{MembershipId, ProjectId, UserId},
        text::like_pattern,
    },
    http::problem::{Code, OrNotFound as _, Problem},
    identity::{
        account::GlobalRole,
        guard::{Caller, CallerRights, ProjectRole},
        principal::Principal,
        quota::lock_user,
    },
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::{Project, ProjectValues};

/// Counts the projects that a user created, up to `limit`. Concurrent requests of the user wait for each other.
pub(crate) async fn count_projects(
    db: &mut PgConnection,
    user: UserId,
    limit: u32,
) -> Result<u32, sqlx::Error> {
    lock_user(db, user).await?;
    let count = sqlx::query_scalar!(
        r#"
        select count(*) as "count!"
        from (select from projects where created_by_id = $1 and deleted_at is null limit $2) as created
        "#,
        user.0,
        i64::from(limit),
    )
    .fetch_one(db)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Stores a project with its creator as the first admin.
pub(crate) async fn insert_project(
    db: &mut PgConnection,
    id: ProjectId,
    creator: UserId,
    new: &ProjectValues,
    now: OffsetDateTime,
) -> Result<Project, sqlx::Error> {
    sqlx::query_as!(
        Project,
        r#"
        with project as (
            insert into projects (id, name, description, language, created_by_id, created_at, updated_at)
            values ($1, $2, $3, $7, $4, $5, $5)
            returning id, name, description, language, created_by_id, version, created_at, updated_at
        ), membership as (
            insert into project_members (id, project_id, user_id, role, created_at)
            values ($6, $1, $4, 'admin', $5)
            returning role
        )
        select project.id as "id: ProjectId", project.name, project.description, project.language,
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
        new.language,
    )
    .fetch_one(db)
    .await
}

/// Selects projects with the reader's role. `$from` is the `from` clause, which joins the reader's row of
/// `project_members`.
macro_rules! select_projects {
    ($from:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Project,
            r#"
            select projects.id as "id: ProjectId", projects.name, projects.description, projects.language,
                   projects.created_by_id as "created_by_id: UserId", project_members.role as "role?: ProjectRole",
                   projects.version, projects.created_at, projects.updated_at
            "# + $from,
            $($argument),*
        )
    };
}

/// Returns a project with the reader's role, or `None` if the reader has no access.
pub(crate) async fn get_project(
    db: &mut PgConnection,
    id: ProjectId,
    reader: &Principal,
) -> Result<Option<Project>, sqlx::Error> {
    select_projects!(
        r#"
        from projects
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = $2
        where projects.id = $1 and projects.deleted_at is null and (project_members.id is not null or $3)
        "#,
        id.0,
        reader.user_id.0,
        reader.global_role == GlobalRole::SuperAdmin,
    )
    .fetch_optional(db)
    .await
}

/// Returns the caller's rights in a project, and the project if it exists. `None` if the caller's session has ended.
pub(crate) async fn locate_project(
    caller: &Caller,
    id: ProjectId,
) -> Result<Option<(CallerRights, Option<Project>)>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select caller.global_role as "global_role!: GlobalRole", caller.is_verified as "is_verified!",
               projects.id as "id?: ProjectId", projects.name as "name?", projects.description, projects.language,
               projects.created_by_id as "created_by_id?: UserId", project_members.role as "role?: ProjectRole",
               projects.version as "version?", projects.created_at as "created_at?",
               projects.updated_at as "updated_at?"
        from live_session($1, $2, $3) as caller
        left join projects on projects.id = $4 and projects.deleted_at is null
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = $2
        "#,
        caller.session_id.0,
        caller.user_id.0,
        caller.authority.clock.now(),
        id.0,
    )
    .fetch_optional(&caller.authority.db)
    .await?;
    Ok(row.map(|row| {
        let rights = CallerRights {
            global_role: row.global_role,
            is_verified: row.is_verified,
            project_id: row.id,
            role: row.role,
            uploaded_by_id: None,
        };
        let project = || {
            Some(Project {
                id: row.id?,
                name: row.name?,
                description: row.description,
                language: row.language,
                created_by_id: row.created_by_id?,
                role: row.role,
                version: row.version?,
                created_at: row.created_at?,
                updated_at: row.updated_at?,
            })
        };
        (rights, project())
    }))
}

/// Returns one page of the user's projects, newest first. Every page has the same cost, since the query walks the index
/// over (user, project).
pub(crate) async fn list_projects(
    db: &PgPool,
    user: UserId,
    part_of_name: Option<&str>,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Project>, sqlx::Error> {
    select_projects!(
        r#"
        from project_members
        -- Kept apart, so that the index is walked in its order and each project looked up, however few there are.
        cross join lateral (
            select *
            from projects
            where projects.id = project_members.project_id
              and projects.deleted_at is null
              and ($4::text is null or projects.name ilike $4)
            offset 0
        ) as projects
        where project_members.user_id = $1
          and project_members.project_id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
        order by project_members.project_id desc
        limit $3
        "#,
        user.0,
        after,
        rows,
        part_of_name.map(like_pattern),
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
    select_projects!(
        r#"
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

/// Searches all projects by a part of the name, using the trigram index.
pub(crate) async fn search_all_projects(
    db: &PgPool,
    user: UserId,
    part_of_name: &str,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Project>, sqlx::Error> {
    select_projects!(
        r#"
        from projects
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = $1
        where projects.name ilike $4
          and projects.id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
          and projects.deleted_at is null
        order by projects.id desc
        limit $3
        "#,
        user.0,
        after,
        rows,
        like_pattern(part_of_name),
    )
    .fetch_all(db)
    .await
}

/// A project whose row is locked until the transaction ends.
pub(crate) struct LockedProject {
    pub(crate) values: ProjectValues,
    pub(crate) version: i32,
    /// Role of the caller, read after the lock was taken.
    role: Option<ProjectRole>,
    everywhere: bool,
}

impl LockedProject {
    /// Requires that the caller is still an admin, since they may have been removed while waiting for the lock.
    pub(crate) fn by_admin(self) -> Result<Self, Problem> {
        match self.role {
            Some(ProjectRole::Admin) => Ok(self),
            _ if self.everywhere => Ok(self),
            Some(_) => Err(Problem::new(Code::Forbidden)),
            None => Err(Problem::new(Code::NotFound)),
        }
    }
}

/// Locks a project, which serializes changes of the project and its members. Every removal or demotion of an admin must
/// take this lock.
pub(crate) async fn lock_project(
    db: &mut PgConnection,
    id: ProjectId,
    principal: &Principal,
) -> Result<LockedProject, Problem> {
    let project = sqlx::query!(
        "select name, description, language, version from projects where id = $1 and deleted_at is null for no key update",
        id.0,
    )
    .fetch_optional(&mut *db)
    .await?
    .or_not_found()?;
    // A separate statement, since it must see changes committed while the previous statement waited for the lock.
    let role = sqlx::query_scalar!(
        r#"select role as "role: ProjectRole" from project_members where project_id = $1 and user_id = $2"#,
        id.0,
        principal.user_id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(LockedProject {
        values: ProjectValues {
            name: project.name.into(),
            description: project.description,
            language: project.language,
        },
        version: project.version,
        role,
        everywhere: principal.global_role == GlobalRole::SuperAdmin,
    })
}

pub(crate) async fn update_project(
    db: &mut PgConnection,
    id: ProjectId,
    new: &ProjectValues,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update projects set name = $2, description = $3, language = $5, updated_at = $4, version = version + 1
         where id = $1",
        id.0,
        new.name.as_str(),
        new.description,
        now,
        new.language,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks a project as deleted, which hides it and its contents. The purge erases them later.
pub(crate) async fn delete_project(
    db: &mut PgConnection,
    id: ProjectId,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update projects set deleted_at = $2, updated_at = $2, version = version + 1 where id = $1",
        id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

//! The data of `bench/peer/app/seed.py` in our schema: a thousand users, fifty projects, and the same documents.

use shared::{
    base::ids::{ProjectId, UserId},
    identity::passwords::{PasswordSettings, Passwords},
};
use sqlx::PgPool;

use crate::{Result, running_auth::PASSWORD, summary};

/// Users `$1` and projects, whose admin is `$2`.
const PEOPLE: &str = "
    with people as (
        insert into users (id, email, email_verified_at, created_at)
        select md5('user' || n)::uuid, 'user' || n || '@example.com', now(), now() from generate_series(3, 1000) as n
        returning id
    ), projects as (
        insert into projects (id, name, created_by_id, created_at, updated_at)
        select md5('project' || n)::uuid, 'Project ' || n, $1, now(), now() from generate_series(1, 50) as n
        returning id
    ), admins as (
        insert into project_members (id, project_id, user_id, role, created_at)
        select gen_random_uuid(), id, $1, 'admin', now() from projects
    )
    insert into project_members (id, project_id, user_id, role, created_at)
    select gen_random_uuid(), md5('project' || project)::uuid, md5('user' || person)::uuid,
           (array['contributor', 'reviewer', 'admin'])[1 + person % 3], now()
    from (
        select distinct 1 + (u * 7 + k) % 50 as project, u as person
        from generate_series(3, 1000) as u, generate_series(0, 4) as k
    ) as memberships";

/// `$1` documents of the uploader `$2`, whose reviewer is `$3`.
const DOCUMENTS: &str = "
    with numbered as materialized (
        select n, at, md5('project' || 1 + n % 50)::uuid as project_id,
               (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5('item' || n), 1, 3)
                   || '8' || substr(md5('item' || n), 4, 15))::uuid as id,
               (array['draft', 'pending_review', 'pending_review', 'pending_review', 'approved', 'approved', 'approved',
                      'approved', 'approved', 'rejected'])[1 + n / 50 % 10] as status,
               (array['agriculture', 'health', 'law', 'finance', 'education'])[1 + n / 500 % 5] as domain,
               repeat('A page of some text. ', 10) as text
        from (
            select n, now() - interval '29 days' * n / $1 as at from generate_series(1, $1) as n
        ) as numbers
    ), items as (
        insert into items
            (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, status, generation,
             attempt, text_attempt, confidence, created_at, processed_at, reviewed_by_id, reviewed_at, feedback, version)
        select id, project_id, $2, 'document', 'scan-' || n || '.pdf', 'application/pdf', 10000, status,
               case when status <> 'draft' then n end, 1, case when status <> 'draft' then 1 end, 0.9, at,
               case when status <> 'draft' then at end,
               case when status in ('approved', 'rejected') then $3 end,
               case when status in ('approved', 'rejected') then at end,
               case status when 'rejected' then 'The scan is cut off' end,
               case status when 'draft' then 1 when 'pending_review' then 3 else 4 end
        from numbered
    ), documents as (
        insert into documents (item_id, project_id, domain, page_count) select id, project_id, domain, 1 from numbered
    ), parts as (
        insert into item_parts (item_id, attempt, number, text, confidence, layout)
        select id, 1, 1, text, 0.9, '[]' from numbered where status <> 'draft'
    ), words as (
        insert into item_search (item_id, part, project_id, kind, words)
        select id, 1, project_id, 'document', search_words(text) from numbered where status <> 'draft'
    )
    insert into item_transitions
        (item_id, project_id, kind, from_status, to_status, version, actor_user_id, at, details)
    select id, project_id, 'document', from_status, to_status, version, actor, at, details
    from numbered
    cross join lateral (
        select null as from_status, 'draft' as to_status, 1 as version, $2 as actor,
               jsonb_build_object('domain', domain) as details
        union all
        select 'draft', 'processing', 2, null, jsonb_build_object('upload_no', 1, 'uploaded_by_id', $2)
        where status <> 'draft'
        union all
        select 'processing', 'pending_review', 3, null,
               '{\"attempt\": 1, \"parts\": 1, \"confidence\": 0.9, \"seconds_to_text\": 5}'::jsonb
        where status <> 'draft'
        union all
        select 'pending_review', status, 4, $3, '{\"seconds_to_decision\": 60}'::jsonb
        where status in ('approved', 'rejected')
    ) as steps";

/// The first project.
pub(crate) async fn project(db: &PgPool) -> Result<ProjectId> {
    let id = "select id from projects where name = 'Project 1'";
    Ok(ProjectId(sqlx::query_scalar(id).fetch_one(db).await?))
}

/// Fills the database. The lead is an admin of every project, and can sign in with a password.
pub(crate) async fn seed(db: &PgPool, documents: i64, lead: UserId, uploader: UserId) -> Result<()> {
    let passwords = Passwords::new(&PasswordSettings { concurrency: 1 });
    let hash = passwords.hash(&PASSWORD.into()).await.map_err(|problem| problem.cause())?;
    let change = "update users set password_hash = $2, password_id = gen_random_uuid() where id = $1";
    sqlx::query(change).bind(lead).bind(hash).execute(db).await?;
    let mut db = db.acquire().await?.detach();
    // The inserted rows refer to existing ones.
    sqlx::raw_sql("set session_replication_role = replica").execute(&mut db).await?;
    sqlx::query(PEOPLE).bind(lead).execute(&mut db).await?;
    sqlx::query(DOCUMENTS).bind(documents).bind(uploader).bind(lead).execute(&mut db).await?;
    summary::seed::fold(&mut db).await?;
    sqlx::raw_sql("vacuum analyze").execute(&mut db).await?;
    sqlx::Connection::close(db).await?;
    Ok(())
}

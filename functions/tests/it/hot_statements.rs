//! The statements of most requests read few pages, however many rows there are.

use shared::testing::Platform;
use sqlx::PgPool;

/// A user with 20,000 sessions and a project with 10,000 items, beside many others.
const ROWS: &str = "
    insert into users (id, email, email_verified_at, created_at)
    select md5('user' || n)::uuid, 'user' || n || '@example.org', now(), now() from generate_series(1, 2000) as n;
    insert into sessions (id, user_id, created_at, authenticated_at, last_used_at, expires_at)
    select md5('session' || n)::uuid, md5('user' || n % 2000 + 1)::uuid, now(), now(), now(), now() + interval '1 day'
    from generate_series(1, 4000) as n
    union all
    select md5('many' || n)::uuid, md5('user1')::uuid, now(), now(), now(), now() + interval '1 day'
    from generate_series(1, 20000) as n;
    insert into projects (id, name, created_by_id, created_at, updated_at)
    select md5('project' || n)::uuid, 'Project ' || n, md5('user1')::uuid, now(), now()
    from generate_series(1, 1000) as n;
    insert into project_members (id, project_id, user_id, role, created_at)
    select gen_random_uuid(), md5('project' || project)::uuid, md5('user' || person)::uuid, 'admin', now()
    from generate_series(1, 1000) as project, generate_series(1, 5) as person;
    insert into items
        (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, status, generation, attempt,
         text_attempt, confidence, created_at, processed_at, version)
    select md5('item' || n)::uuid, md5('project' || case when n % 2 = 0 then 1 else n % 1000 end)::uuid,
           md5('user2')::uuid, 'document', 'scan.pdf', 'application/pdf', 5, 'pending_review', 1, 1, 1, 0.9, now(), now(), 3
    from generate_series(1, 20000) as n;
    insert into documents (item_id, project_id, page_count) select id, project_id, 1 from items";

/// The caller and a time.
const CALLER: &str = "md5('many1')::uuid, md5('user1')::uuid, now()";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn guards_and_queues_read_few_pages(db: PgPool) {
    let platform = Platform::start(db).await;
    sqlx::raw_sql(ROWS).execute(&platform.db).await.expect("rows");
    sqlx::raw_sql("vacuum analyze").execute(&platform.db).await.expect("statistics");
    // A row that an index finds costs three or four pages: two or three of the index, one of the table.
    let project = "md5('project1')::uuid";
    let item = "md5('item2')::uuid";
    let cases: [(&str, &[&str], String, u64, u64); 6] = [
        (
            "the caller's account",
            &["display_name,", "authenticated_at", "from live_session("],
            CALLER.to_owned(),
            1,
            8,
        ),
        (
            "the caller's role in a project",
            &["null::uuid as", "left join projects on projects.id = $4 and"],
            format!("{CALLER}, {project}"),
            1,
            16,
        ),
        (
            "a project with the caller's role",
            &["projects.description", "left join projects on projects.id = $4 and"],
            format!("{CALLER}, {project}"),
            1,
            16,
        ),
        (
            "the caller's role at an item",
            &["on items.id = $4 and ($5::text is null"],
            format!("{CALLER}, {item}, 'document'"),
            1,
            20,
        ),
        (
            "a page of the review queue",
            &["from review_queue", "true))\n                      and id > $5", "order by id\n"],
            format!("{project}, md5('user1')::uuid, now(), 51, '00000000-0000-0000-0000-000000000000'"),
            51,
            // For each item, its own page and three of its document.
            51 * 5,
        ),
        (
            "the first item of the review queue",
            &["from review_queue", "and true", "order by id\n"],
            format!("{project}, md5('user1')::uuid, now(), true, now()"),
            1,
            120,
        ),
    ];
    for (what, texts, parameters, rows, most) in cases {
        let (plan, pages) = platform.pages(texts, &parameters).await;
        assert!(pages <= most, "{what} reads {pages} pages:\n{plan}");
        let first = plan.lines().next().expect("a line");
        assert!(first.contains(&format!("rows={rows} ")), "{what} does not return {rows} rows:\n{plan}");
        assert!(
            !plan.contains("Seq Scan on items") && !plan.contains("Seq Scan on sessions"),
            "{what}:\n{plan}"
        );
    }
}

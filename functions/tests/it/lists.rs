//! The cursors of all lists: each is valid in its own list only.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{
    audit::{self, Action, Entry},
    base::ids::{DeadLetterId, ExportId, InvitationId, ItemId, PasskeyId, ProjectId},
    identity::guard::ProjectRole,
    testing::{Client, Platform, TestUser},
};
use sqlx::PgPool;

/// A list: its path in the OpenAPI document, and the URL of a request for it.
type List = (&'static str, String);

/// Inserts two rows given as JSON.
async fn two(platform: &Platform, table: &str, row: impl Fn() -> Value) {
    for _ in 0..2 {
        platform.insert(table, row()).await;
    }
}

/// Creates a project with two entries in each of its lists, and returns the lists.
async fn lists_of_project(platform: &Platform, root: &TestUser, member: &TestUser) -> Vec<List> {
    let project = platform.project(root).await;
    platform.member(project, member, ProjectRole::Reviewer).await;
    two(platform, "project_invitations", || {
        let id = InvitationId::new();
        json!({
            "id": id, "project_id": project, "email": id, "role": "reviewer", "invited_by_id": root.id, "key_id": "k1",
            "token_hash": format!("\\x{}", id.0.simple()), "expires_at": "now", "created_at": "now",
        })
    })
    .await;
    two(platform, "exports", || {
        json!({
            "id": ExportId::new(), "project_id": project, "requested_by_id": root.id, "format": "csv",
            "status": "processing", "step": 0, "done": 0, "attempt": 0, "attempts_since_progress": 0,
            "created_at": "now", "kept_until": "2999-01-01T00:00:00Z",
        })
    })
    .await;
    let mut db = platform.db.acquire().await.expect("a connection");
    for _ in 0..2 {
        let entry = Entry::success(Some(root.id), Action::ProjectUpdated, project.0).in_project(project);
        audit::record(&mut db, entry, platform.clock.now()).await.expect("an entry");
    }
    let mut items = Vec::new();
    for content_type in ["application/pdf", "application/pdf", "audio/wav", "audio/wav"] {
        items.push(platform.draft(project, root, content_type, 5).await.item_id);
    }
    let read = sqlx::query(
        r#"
        with read as (
            update items
            set status = 'pending_review', version = 2, generation = 7, attempt = 1, text_attempt = 1, confidence = 0.5
            where project_id = $1
            returning id, project_id, kind
        ), parts as (
            insert into item_parts (item_id, attempt, number, text, words)
            select id, 1, number, 'needle', '[{"word": "a"}, {"word": "needle"}]'
            from read cross join generate_series(1, 2) as number
        ), searched as (
            insert into item_search (item_id, part, project_id, kind, words)
            select id, 1, project_id, kind, search_words('needle') from read
        ), labeled as (
            update documents set domain = 'letters' where project_id = $1
        )
        insert into item_transitions (item_id, project_id, kind, from_status, to_status, version, at)
        select id, project_id, kind, 'draft', 'pending_review', 2, now() from read
        "#,
    );
    read.bind(project).execute(&mut *db).await.expect("items that were read");
    urls_of_project(project, items[0], items[2])
}

fn urls_of_project(project: ProjectId, document: ItemId, voice: ItemId) -> Vec<List> {
    let mut lists = vec![
        ("/projects/{project_id}/members", format!("/projects/{project}/members?")),
        ("/projects/{project_id}/invitations", format!("/projects/{project}/invitations?")),
        ("/documents/{document_id}/pages", format!("/documents/{document}/pages?")),
        ("/voice/{voice_sample_id}/words", format!("/voice/{voice}/words?")),
        ("/review/{item_id}/history", format!("/review/{document}/history?")),
        ("/review/{item_id}/history", format!("/review/{voice}/history?")),
    ];
    for filter in ["", "action=project.updated"] {
        let url = format!("/projects/{project}/audit-logs?{filter}");
        lists.push(("/projects/{project_id}/audit-logs", url));
    }
    for (path, filters) in [
        ("/documents", &["", "&status=pending_review", "&domain=letters", "&uploaded_by=me"][..]),
        ("/documents", &["&q=needle", "&q=needle+or+pin", "&q=needle&domain=letters"][..]),
        ("/voice", &["", "&status=pending_review", "&uploaded_by=me", "&q=needle"][..]),
        ("/items", &["", "&status=pending_review", "&uploaded_by=me"][..]),
        ("/review", &["", "&order=confidence", "&kind=voice", "&kind=document&order=confidence"][..]),
        ("/exports", &[""][..]),
    ] {
        lists.extend(filters.iter().map(|filter| (path, format!("{path}?project_id={project}{filter}"))));
    }
    lists
}

/// Fills the lists of the platform and of the super admin, and returns them.
async fn lists_of_platform(platform: &Platform, root: &TestUser) -> Vec<List> {
    platform.another_session(root).await;
    two(platform, "passkeys", || {
        let id = PasskeyId::new();
        json!({
            "id": id, "user_id": root.id, "credential_id": format!("\\x{}", id.0.simple()), "credential": {},
            "name": "Phone", "created_at": "now",
        })
    })
    .await;
    two(platform, "dead_letters", || {
        let id = DeadLetterId::new();
        json!({
            "id": id, "subscription": "ocr-uploads", "message_id": id, "attributes": {}, "data": "",
            "subject_hash": format!("\\x{}", id.0.simple()), "replayable": false, "created_at": "now",
        })
    })
    .await;
    let mut lists = Vec::new();
    for (path, filters) in [
        ("/users/me/sessions", &[""][..]),
        ("/users/me/passkeys", &[""][..]),
        ("/projects", &["", "all=true", "q=letters", "all=true&q=letters"][..]),
        ("/admin/users", &["", "verified=true", "q=example"][..]),
        ("/admin/audit-logs", &["", "action=project.updated"][..]),
        ("/admin/dead-letters", &[""][..]),
    ] {
        lists.extend(filters.iter().map(|filter| (path, format!("{path}?{filter}"))));
    }
    lists
}

/// The paths of the lists in the OpenAPI document.
fn documented() -> BTreeSet<String> {
    let document = functions::openapi();
    let paths = document["paths"].as_object().expect("paths");
    let has_cursor = |path: &Value| {
        let parameters = path["get"]["parameters"].as_array();
        parameters.is_some_and(|parameters| parameters.iter().any(|parameter| parameter["name"] == "cursor"))
    };
    paths.iter().filter(|(_, path)| has_cursor(path)).map(|(path, _)| path.clone()).collect()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_list_refuses_altered_cursors_and_those_of_other_lists(db: PgPool) {
    let platform = Platform::start(db).await;
    let root = platform.super_admin("root@example.org").await;
    let member = platform.user("member@example.org").await;
    let mut lists = lists_of_platform(&platform, &root).await;
    for _ in 0..2 {
        lists.extend(lists_of_project(&platform, &root, &member).await);
    }
    let known: BTreeSet<String> = lists.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(known, documented());

    let (users, projects) =
        (platform.client_of::<users::Users>(&[]), platform.client_of::<projects::Projects>(&[]));
    let (data, review) = (platform.client_of::<data::Data>(&[]), platform.client_of::<review::Review>(&[]));
    let admin = platform.client_of::<admin::Admin>(&[]);
    let client = |path: &str| -> Client {
        let function = match path.split('/').nth(1) {
            Some("users") => &users,
            Some("projects") => &projects,
            Some("review") => &review,
            Some("admin") => &admin,
            _ => &data,
        };
        function.as_user(&root)
    };
    let mut cursors = Vec::new();
    for (path, url) in &lists {
        let first = client(path).get(&format!("{url}&limit=1")).await;
        let cursor = first.assert_status(200).body["next_cursor"].as_str();
        cursors.push((url, cursor.unwrap_or_else(|| panic!("{url} has one page")).to_owned()));
    }
    for (path, url) in &lists {
        let client = client(path);
        let refuses = async |cursor: &str, why: &str| {
            let answer = client.get(&format!("{url}&limit=1&cursor={cursor}")).await;
            assert_eq!((url, why, answer.status.as_u16()), (url, why, 422));
            assert_eq!(answer.assert_problem(422, "invalid_fields").invalid_fields(), ["cursor"], "{url}");
        };
        for (of, cursor) in &cursors {
            if *of != url {
                refuses(cursor, of).await;
                continue;
            }
            client.get(&format!("{url}&limit=1&cursor={cursor}")).await.assert_status(200);
            for place in [0, cursor.len() / 2, cursor.len() - 2] {
                let other = if cursor[place..].starts_with('A') { "B" } else { "A" };
                refuses(&format!("{}{other}{}", &cursor[..place], &cursor[place + 1..]), "altered").await;
            }
        }
    }
}

use axum::body::{Body, to_bytes};
use http::Method;
use serde_json::{Value, json};
use shared::{identity::guard::ProjectRole, testing::TestUser};
use sqlx::PgPool;
use tower::ServiceExt as _;

use crate::support::{PASSWORD, Users};

const PATH: &str = "/users/me/export";

fn list<'a>(export: &'a Value, name: &str) -> &'a Vec<Value> {
    export[name].as_array().unwrap_or_else(|| panic!("a list of {name}"))
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_contains_only_data_of_the_user(db: PgPool) {
    let users = Users::start(db).await;
    let platform = &users.platform;
    let ada = users.user_with_password("ada@example.org").await;
    let bob = platform.user("bob@example.org").await;
    let ended = platform.another_session(&ada).await;
    platform.change("update sessions set revoked_at = now() where id = $1", ended.session.0).await;
    let project = platform.project(&bob).await;
    platform.member(project, &ada, ProjectRole::Contributor).await;
    let hers = platform.draft(project, &ada, "application/pdf", 7).await;
    platform.draft(project, &bob, "application/pdf", 7).await;
    platform.change("update items set feedback = 'words of a reviewer' where id = $1", hers.item_id.0).await;
    let deleted = platform.draft(project, &ada, "application/pdf", 7).await;
    platform.change("update items set deleted_at = now() where id = $1", deleted.item_id.0).await;
    let client = users.client.as_user(&ada);
    client.patch("/users/me", json!({"display_name": "Ada"})).await.assert_status(200);
    users.client.as_user(&bob).patch("/users/me", json!({"display_name": "Bob"})).await.assert_status(200);

    let export = client.get(PATH).await;
    export.assert_status(200);
    assert_eq!(export.headers["content-type"], "application/json");
    assert_eq!(export.headers["content-disposition"], "attachment; filename=\"alta-data-account.json\"");
    assert_eq!(export.headers["cache-control"], "no-store");
    assert_eq!(
        (&export.body["account"]["email"], &export.body["account"]["display_name"]),
        (&json!("ada@example.org"), &json!("Ada"))
    );
    assert!(export.body["exported_at"].is_string());
    let sessions: Vec<&Value> = list(&export.body, "sessions").iter().map(|session| &session["id"]).collect();
    assert_eq!(sessions, [&json!(ada.session), &json!(ended.session)]);
    let memberships = list(&export.body, "memberships");
    assert_eq!(memberships.len(), 1);
    assert_eq!(
        (&memberships[0]["project_name"], &memberships[0]["role"]),
        (&json!("Letters"), &json!("contributor"))
    );
    let items = list(&export.body, "items");
    assert_eq!(items.iter().map(|item| &item["id"]).collect::<Vec<_>>(), [&json!(hers.item_id)]);
    let actions: Vec<&Value> = list(&export.body, "audit_logs").iter().map(|row| &row["action"]).collect();
    assert_eq!(actions, ["user.updated", "user.exported"]);
    let text = export.body.to_string();
    for others in ["bob@example.org", "words of a reviewer", "argon2", PASSWORD, "password_id"] {
        assert!(!text.contains(others), "{others}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_contains_texts_feedback_project_exports_and_invitations(db: PgPool) {
    let users = Users::start(db).await;
    let platform = &users.platform;
    let ada = platform.user("ada@example.org").await;
    let bob = platform.user("bob@example.org").await;
    let project = platform.project(&bob).await;
    let (hers, his) = (
        platform.draft(project, &ada, "application/pdf", 7).await.item_id,
        platform.draft(project, &bob, "application/pdf", 7).await.item_id,
    );
    for (item, text) in [(hers, "hers"), (his, "his")] {
        for (attempt, number) in [(1, 1), (2, 1), (2, 2)] {
            let part = json!({"item_id": item, "attempt": attempt, "number": number, "text": format!("{text} {attempt}.{number}")});
            platform.insert("item_parts", part).await;
        }
        platform
            .change("update items set text_attempt = 2, corrected_text = 'corrected' where id = $1", item.0)
            .await;
        for (version, author) in [(2, ada.id), (3, bob.id)] {
            let feedback = json!({"item_id": item, "version": version, "author_id": author, "feedback": format!("{text} {version}")});
            platform.insert("item_feedback", feedback).await;
        }
    }
    for (user, email) in [(&ada, "ada@example.org"), (&bob, "bob@example.org")] {
        let export = json!({
            "id": user.id, "project_id": project, "requested_by_id": user.id, "format": "csv", "status": "processing",
            "step": 0, "done": 0, "attempt": 0, "attempts_since_progress": 0, "created_at": "now", "kept_until": "now",
        });
        platform.insert("exports", export).await;
        let invitation = json!({
            "id": user.id, "project_id": project, "email": email, "role": "reviewer", "invited_by_id": bob.id,
            "key_id": "k1", "token_hash": format!("\\x{}", user.id.0.simple()), "expires_at": "now",
            "created_at": "now",
        });
        platform.insert("project_invitations", invitation).await;
    }

    let export = users.client.as_user(&ada).get(PATH).await;
    let texts: Vec<_> = list(&export.assert_status(200).body, "item_texts")
        .iter()
        .map(|row| (&row["item_id"], row["number"].as_i64(), row["text"].as_str()))
        .collect();
    let item = json!(hers);
    assert_eq!(
        texts,
        [
            (&item, Some(0), Some("corrected")),
            (&item, Some(1), Some("hers 2.1")),
            (&item, Some(2), Some("hers 2.2"))
        ]
    );
    let mut feedback: Vec<_> =
        list(&export.body, "feedback").iter().filter_map(|row| row["feedback"].as_str()).collect();
    feedback.sort_unstable();
    assert_eq!(feedback, ["hers 2", "his 2"]);
    for name in ["project_exports", "invitations"] {
        let ids: Vec<_> = list(&export.body, name).iter().map(|row| &row["id"]).collect();
        assert_eq!(ids, [&json!(ada.id)], "{name}");
    }
    assert_eq!(list(&export.body, "invitations")[0]["project_name"], "Letters");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_omits_ip_addresses_and_user_agents_of_others(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let bob = users.platform.user("bob@example.org").await;
    for (actor, action) in
        [(Some(bob.id), "user.suspended"), (None, "user.login"), (Some(ada.id), "user.login")]
    {
        sqlx::query(
            "with log as (
                 insert into audit_logs (id, actor_user_id, action, resource_type, resource_id, status, created_at)
                 values ($1, $2, $3, 'user', $4, 'success', now())
                 returning id, created_at
             )
             insert into audit_personal (audit_id, user_id, salt, ip_address, created_at)
             select id, coalesce($2, $4), 'salt', '203.0.113.9', created_at from log",
        )
        .bind(shared::base::ids::AuditId::new())
        .bind(actor)
        .bind(action)
        .bind(ada.id)
        .execute(&users.platform.db)
        .await
        .expect("an audit row");
    }
    let export = users.client.as_user(&ada).get(PATH).await;
    let entries: Vec<(&str, Option<&str>)> = list(&export.body, "audit_logs")
        .iter()
        .map(|row| (row["action"].as_str().expect("an action"), row["ip_address"].as_str()))
        .take(3)
        .collect();
    assert_eq!(
        entries,
        [("user.suspended", None), ("user.login", None), ("user.login", Some("203.0.113.9"))]
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_row_is_exported_exactly_once(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    // Lists of exactly one batch, of several full batches, and with a partial last batch.
    let statements = [
        "insert into sessions (id, user_id, created_at, authenticated_at, last_used_at, expires_at)
         select gen_random_uuid(), $1, now(), now(), now(), now() from generate_series(1, 499)",
        "with made as (
             insert into projects (id, name, created_by_id, created_at, updated_at)
             select gen_random_uuid(), 'P', $1, now(), now() from generate_series(1, 1000) returning id
         )
         insert into project_members (id, project_id, user_id, role, created_at)
         select gen_random_uuid(), id, $1, 'admin', now() from made",
        "insert into items (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, created_at)
         select gen_random_uuid(), (select id from projects limit 1), $1, 'voice', 'f', 'audio/wav', 1, now()
         from generate_series(1, 1201)",
        "update items set text_attempt = 1, corrected_text = case when random() < 0.5 then 'corrected' end
         where uploaded_by_id = $1",
        "insert into item_parts (item_id, attempt, number, text)
         select id, 1, n, 'a text' from (select id from items where uploaded_by_id = $1 limit 10) as items,
                generate_series(1, 120) as n",
        "insert into item_feedback (item_id, version, author_id, feedback)
         select id, n, $1, 'feedback' from (select id from items limit 10) as items, generate_series(2, 151) as n",
        "insert into audit_logs (id, actor_user_id, action, resource_type, resource_id, status, created_at)
         select gen_random_uuid(), case when n % 2 = 0 then $1 end, 'user.login', 'user', $1, 'success', now()
         from generate_series(1, 1300) as n",
    ];
    for statement in statements {
        sqlx::query(statement).bind(ada.id).execute(&users.platform.db).await.expect("rows");
    }
    let export = users.client.as_user(&ada).get(PATH).await;
    let lengths = ["sessions", "memberships", "items", "audit_logs"].map(|name| {
        let key = if name == "memberships" { "project_id" } else { "id" };
        let ids: std::collections::BTreeSet<&str> =
            list(&export.body, name).iter().filter_map(|row| row[key].as_str()).collect();
        assert_eq!(ids.len(), list(&export.body, name).len(), "{name}");
        ids.len()
    });
    assert_eq!(lengths, [500, 1000, 1201, 1301]);
    let corrected: i64 = users.platform.count("select count(corrected_text) from items").await;
    for (name, number, rows) in [("item_texts", "number", 1200 + corrected), ("feedback", "version", 1500)] {
        let found = list(&export.body, name);
        let keys: std::collections::BTreeSet<_> =
            found.iter().map(|row| (row["item_id"].as_str(), row[number].as_i64())).collect();
        assert_eq!(
            (keys.len(), found.len()),
            (found.len(), usize::try_from(rows).expect("a count")),
            "{name}"
        );
    }
}

/// Starts an export and returns its body unread.
async fn unread(router: axum::Router, user: &TestUser) -> Body {
    let request = http::Request::get(PATH).header("authorization", format!("Bearer {}", user.token));
    let answer = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.into_body()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unread_export_holds_no_database_connection(db: PgPool) {
    let users = Users::start(db).await;
    let router = users.platform.router_of::<users::Users>(&[("DATABASE_MAX_CONNECTIONS", "1")]);
    let client = users.platform.client(router.clone());
    let ada = users.platform.user("ada@example.org").await;
    let unread = unread(router, &ada).await;
    client.as_user(&ada).get("/users/me").await.assert_status(200);
    let bytes = to_bytes(unread, usize::MAX).await.expect("the document");
    let export: Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(export["account"]["id"], json!(ada.id));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_breaks_off_when_a_query_fails(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let unread = unread(users.platform.router_of::<users::Users>(&[]), &ada).await;
    let broken = "alter table items rename to elsewhere";
    sqlx::query(broken).execute(&users.platform.db).await.expect("a broken database");
    assert!(to_bytes(unread, usize::MAX).await.is_err());
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_list_is_read_in_batches_from_an_index(db: PgPool) {
    let users = Users::start(db).await;
    let cases = [
        (["from sessions", "order by id\n"], vec!["sessions_user_id_id_idx"]),
        (
            ["from project_members", "project_members.project_id > $2\n"],
            vec!["project_members_user_id_project_id_idx"],
        ),
        (["where items.uploaded_by_id = $1", "order by items.id\n"], vec!["items_uploaded_by_id_id_idx"]),
        (["from items", "as texts"], vec!["items_uploaded_by_id_id_idx", "item_parts_pkey"]),
        (
            ["from item_feedback", "author_id = $1 and (item_id"],
            vec!["item_feedback_author_id_item_id_version_idx"],
        ),
        (["from exports", "requested_by_id = $1"], vec!["exports_requested_by_id_id_idx"]),
        (["from project_invitations", "email = (select email"], vec!["project_invitations_email_id_idx"]),
        (["from audit_logs", "union all"], vec!["actor_user_id_id_idx", "resource_id_id_idx"]),
    ];
    for (texts, indexes) in cases {
        let plan = users.platform.plan(&texts).await;
        for index in indexes {
            assert!(plan.contains(index), "{plan}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::GET, PATH, None).await;
    assert_eq!(users.platform.count("select count(*) from audit_logs").await, 0);
}

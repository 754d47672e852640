use serde_json::{Value, json};
use shared::{
    base::ids::{ProjectId, UserId},
    identity::guard::ProjectRole,
    testing::{Platform, TestUser},
};
use sqlx::PgPool;
use time::Duration;

use crate::support::Maintenance;

impl Maintenance {
    pub(crate) async fn purge(&self) -> Value {
        self.task("/tasks/purge").await.body
    }
}

/// Inserts personal data into every table that can hold some.
async fn fill(platform: &Platform, user: &TestUser) {
    let statements = [
        "update users set display_name = 'Ada Lovelace', password_hash = 'the hash', password_id = gen_random_uuid()
         where id = $1",
        "update sessions set ip_address = '203.0.113.9', user_agent = 'Ada''s browser' where user_id = $1",
        "insert into passkeys (id, user_id, credential_id, credential, name, created_at)
         values (gen_random_uuid(), $1, 'x', '{}', 'Ada''s phone', now())",
        "insert into password_reset_tokens (id, user_id, key_id, token_hash, expires_at, created_at)
         values (gen_random_uuid(), $1, 'k1', 'hash', now() + interval '1 year', now())",
    ];
    for statement in statements {
        sqlx::query(statement).bind(user.id).execute(&platform.db).await.expect("a row");
    }
    sqlx::query(
        "with logs as (
             insert into audit_logs (id, actor_user_id, action, resource_type, resource_id, status, created_at)
             select gen_random_uuid(), $1, 'user.login', 'user', $1, 'success', now() from generate_series(1, 1201)
             returning id, created_at
         )
         insert into audit_personal (audit_id, user_id, salt, ip_address, user_agent, created_at)
         select id, $1, 'salt', '203.0.113.9', 'Ada''s browser', created_at from logs",
    )
    .bind(user.id)
    .execute(&platform.db)
    .await
    .expect("audit rows");
}

/// Returns all rows of all tables as text.
async fn everything(platform: &Platform) -> String {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name from information_schema.tables where table_schema = 'public' and table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&platform.db)
    .await
    .expect("tables");
    let mut text = String::new();
    for table in tables {
        let query = format!("select coalesce(string_agg(to_jsonb(t)::text, e'\n'), '') from {table} as t");
        let rows: String =
            sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&platform.db).await.expect("rows");
        text.push_str(&rows);
    }
    text
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_purge_erases_all_personal_data_of_a_deleted_account(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    let (ada, bob) = (platform.user("ada@example.org").await, platform.user("bob@example.org").await);
    let project = platform.project(&bob).await;
    platform.member(project, &ada, ProjectRole::Contributor).await;
    let item = platform.draft(project, &ada, "application/pdf", 7).await.item_id;
    fill(platform, &ada).await;
    fill_bob(platform, &bob).await;
    platform.change("update users set deleted_at = now() where id = $1", ada.id.0).await;

    platform.clock.advance(Duration::days(29));
    assert_eq!(maintenance.purge().await["accounts"], 0);
    assert!(everything(platform).await.contains("ada@example.org"));
    platform.clock.advance(Duration::days(2));
    assert_eq!(maintenance.purge().await["accounts"], 1);
    assert_eq!(maintenance.purge().await["accounts"], 0);

    let left = everything(platform).await;
    for personal in ["ada@example.org", "Ada", "the hash", "203.0.113.9"] {
        assert!(!left.contains(personal), "{personal}: {left}");
    }
    assert!(left.contains("bob@example.org") && left.contains("Bob's browser"));
    // Shared data is still there, and refers to the account by its id alone.
    assert_eq!(platform.item(item, "uploaded_by_id").await, Some(ada.id.to_string()));
    let audited = platform.audited(ada.id.0).await;
    let erased = audited.iter().filter(|(action, _)| action == "user.erased").count();
    assert_eq!((audited.len(), erased), (1202, 1));
}

async fn fill_bob(platform: &Platform, bob: &TestUser) {
    let seen =
        "update sessions set ip_address = '198.51.100.7', user_agent = 'Bob''s browser' where user_id = $1";
    platform.change(seen, bob.id.0).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn expired_rows_are_deleted_after_their_retention(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    let ada = platform.user("ada@example.org").await;
    let ended = platform.another_session(&ada).await;
    platform.change("update sessions set revoked_at = now() where id = $1", ended.session.0).await;
    for statement in [
        "insert into email_verification_tokens (id, user_id, password_hash, key_id, token_hash, expires_at, created_at)
         values (gen_random_uuid(), $1, 'hash', 'k1', 'a', now() + interval '1 day', now())",
        "insert into password_reset_tokens (id, user_id, key_id, token_hash, expires_at, created_at)
         values (gen_random_uuid(), $1, 'k1', 'b', now() + interval '1 hour', now())",
        "insert into passkey_ceremonies (id, user_id, state, expires_at)
         values (gen_random_uuid(), $1, '{}', now() + interval '5 minutes')",
        "insert into mail_deliveries (event_id, kind, sent_at) values ($1, 'verification', now())",
        "insert into mail_counts (subject, hour_began_at, hour_mails, day_began_at, day_mails)
         values (uuid_send($1), now(), 1, now() - interval '1 hour', 1)",
        "insert into event_tickets (token_hash, session_id, user_id, project_id, expires_at)
         select 'd', id, $1, $1, now() + interval '1 hour' from sessions where user_id = $1 limit 1",
        "insert into delivery_errors (subscription, message_hash, cause, failed_at)
         values ('ocr-uploads', uuid_send($1), 'a fault', now())",
        "insert into dead_letters (id, subscription, message_id, subject_hash, attributes, data, replayable, created_at)
         values ($1, 'ocr-uploads', '1', uuid_send($1), '{}', '', false, now())",
    ] {
        sqlx::query(statement).bind(ada.id).execute(&platform.db).await.expect("a row");
    }
    let project = platform.project(&ada).await;
    for statement in [
        "insert into project_invitations (id, project_id, email, role, invited_by_id, key_id, token_hash, expires_at,
             created_at)
         values (gen_random_uuid(), $1, 'bob@example.org', 'admin', $2, 'k1', 'c', now() + interval '7 days', now())",
        "insert into idempotency_keys (user_id, route, key, request_hash, resource_id, created_at)
         values ($2, 'POST /projects', 'k', 'hash', $1, now())",
    ] {
        sqlx::query(statement).bind(project).bind(ada.id).execute(&platform.db).await.expect("a row");
    }
    let nothing = json!({"accounts": 0, "unverified_accounts": 0, "links": 0, "invitations": 0, "idempotency_keys": 0,
                         "ceremonies": 0, "sessions": 0, "mail_deliveries": 0, "mail_counts": 0,
                         "event_tickets": 0, "delivery_errors": 0, "dead_letters": 0, "exports": 0, "items": 0,
                         "statistics": 0, "projects": 0});
    let expect = |changes: Value| {
        let mut expected = nothing.clone();
        for (name, count) in changes.as_object().expect("an object") {
            expected[name] = count.clone();
        }
        expected
    };
    assert_eq!(maintenance.purge().await, nothing);
    platform.clock.advance(Duration::minutes(6));
    assert_eq!(maintenance.purge().await, expect(json!({"ceremonies": 1})));
    platform.clock.advance(Duration::days(29));
    assert_eq!(
        maintenance.purge().await,
        expect(json!({"idempotency_keys": 1, "event_tickets": 1, "mail_counts": 1}))
    );
    assert_eq!(maintenance.purge().await, nothing, "an expired link is kept to answer a late click");
    platform.clock.advance(Duration::days(4));
    assert_eq!(
        maintenance.purge().await,
        expect(json!({"links": 2, "mail_deliveries": 1, "delivery_errors": 1}))
    );
    platform.clock.advance(Duration::days(5));
    assert_eq!(maintenance.purge().await, expect(json!({"invitations": 1})));
    platform.clock.advance(Duration::days(51));
    assert_eq!(maintenance.purge().await, nothing);
    platform.clock.advance(Duration::days(2));
    assert_eq!(maintenance.purge().await, expect(json!({"dead_letters": 1})));
    platform.clock.advance(Duration::days(88));
    assert_eq!(maintenance.purge().await, nothing, "ended sessions are kept to recognize devices");
    platform.clock.advance(Duration::days(2));
    assert_eq!(maintenance.purge().await, expect(json!({"sessions": 1})));
    assert_eq!(maintenance.count("select count(*) from users").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unverified_account_is_deleted_with_its_last_link(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    let (old, resent) = (
        platform.unverified_user("old@example.org").await,
        platform.unverified_user("resent@example.org").await,
    );
    let link = "insert into email_verification_tokens (id, user_id, password_hash, key_id, token_hash, expires_at, created_at)
                values (gen_random_uuid(), $1, 'hash', 'k1', $2, now() + $3::interval, now())";
    for (user, interval) in [(&old, "1 day"), (&resent, "40 days")] {
        let inserted = sqlx::query(link).bind(user.id).bind(interval.as_bytes()).bind(interval);
        inserted.execute(&platform.db).await.expect("a link");
        let personal = json!({"audit_id": user.id, "user_id": user.id, "salt": "\\x00", "created_at": "now"});
        platform.insert("audit_personal", personal).await;
    }
    platform.clock.advance(Duration::days(31));
    assert_eq!(maintenance.purge().await["unverified_accounts"], 1);
    let left: Vec<String> =
        sqlx::query_scalar("select email from users").fetch_all(&platform.db).await.expect("users");
    assert_eq!(left, ["resent@example.org"]);
    let personal: Vec<UserId> =
        sqlx::query_scalar("select user_id from audit_personal").fetch_all(&platform.db).await.expect("rows");
    assert_eq!(personal, [resent.id]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_runs_erase_each_account_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    for number in 0..7 {
        let user = platform.user(&format!("user{number}@example.org")).await;
        platform.change("update users set deleted_at = now() where id = $1", user.id.0).await;
    }
    sqlx::query(
        "insert into mail_deliveries (event_id, kind, sent_at)
         select gen_random_uuid(), 'verification', now() from generate_series(1, 1300)",
    )
    .execute(&platform.db)
    .await
    .expect("deliveries");
    platform.clock.advance(Duration::days(40));
    let (one, two) = tokio::join!(maintenance.purge(), maintenance.purge());
    let sum = |name: &str| one[name].as_u64().zip(two[name].as_u64()).map(|(one, two)| one + two);
    assert_eq!((sum("accounts"), sum("mail_deliveries")), (Some(7), Some(1300)));
    assert_eq!(maintenance.count("select count(*) from audit_logs where action = 'user.erased'").await, 7);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_statistics_of_a_purged_project_are_deleted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    let ada = platform.user("ada@example.org").await;
    let (deleted, kept) = (platform.project(&ada).await, platform.project(&ada).await);
    for project in [deleted, kept] {
        let item = platform.draft(project, &ada, "application/pdf", 7).await;
        let uploaded = json!({"uploaded_by_id": ada.id});
        let moved = sqlx::query("select item_transition($1, 1, 'processing', null, now(), $2, '{}')");
        moved.bind(item.item_id).bind(uploaded).execute(&platform.db).await.expect("a transition");
    }
    platform.change("update projects set deleted_at = now() where id = $1", deleted.0).await;
    platform.clock.advance(Duration::days(31));
    let purged = maintenance.purge().await;
    assert_eq!((&purged["items"], &purged["projects"]), (&json!(1), &json!(0)), "not all is folded yet");
    let of = async |project: ProjectId| -> i64 {
        let rows = "select (select count(*) from statistics_counts where project_id = $1)
                         + (select count(*) from statistics_people where project_id = $1)
                         + (select count(*) from statistics_totals where project_id = $1)
                         + (select count(*) from statistics_domains where project_id = $1)";
        sqlx::query_scalar(rows).bind(project).fetch_one(&platform.db).await.expect("a count")
    };
    maintenance.folded(2).await;
    assert!(of(deleted).await >= 8, "{}", of(deleted).await);
    let purged = maintenance.purge().await;
    assert_eq!(purged["projects"], 1, "{purged}");
    assert_eq!((of(deleted).await, of(kept).await >= 8), (0, true));
    assert_eq!(maintenance.folded_uploads().await, 2, "the platform's statistics are kept");
    for repair in [false, true] {
        let differences = migrations::recompute(&platform.db, repair).await.expect("a comparison");
        assert_eq!(differences, [], "the purged project does not come back");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_statement_of_the_purge_reads_an_index(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for (texts, index) in [
        (["delete from passkey_ceremonies", "order by expires_at"], "passkey_ceremonies_expires_at_idx"),
        (
            ["delete from email_verification_tokens", "order by expires_at"],
            "email_verification_tokens_expires_at_idx",
        ),
        (
            ["delete from password_reset_tokens", "order by expires_at"],
            "password_reset_tokens_expires_at_idx",
        ),
        (["delete from project_invitations", "order by least"], "project_invitations_ended_idx"),
        (["delete from idempotency_keys", "order by created_at"], "idempotency_keys_created_at_idx"),
        (["delete from sessions", "coalesce(revoked_at, expires_at)"], "sessions_ended_at_idx"),
        (["delete from mail_deliveries", "order by sent_at"], "mail_deliveries_sent_at_idx"),
        (["delete from mail_counts", "order by day_began_at"], "mail_counts_day_began_at_idx"),
        (["delete from users", "order by created_at"], "users_unverified_created_at_idx"),
        (["from users", "order by deleted_at"], "users_deleted_at_idx"),
        (["delete from event_tickets", "order by expires_at"], "event_tickets_expires_at_idx"),
        (["delete from delivery_errors", "order by failed_at"], "delivery_errors_failed_at_idx"),
        (["delete from dead_letters", "order by created_at"], "dead_letters_created_at_idx"),
        (["delete from statistics_counts", "bucket.ctid"], "statistics_counts_pkey"),
        (["delete from statistics_durations", "bucket.ctid"], "statistics_durations_pkey"),
        (["delete from statistics_people", "bucket.ctid"], "statistics_people_pkey"),
        (["delete from statistics_domains", "bucket.ctid"], "statistics_domains_project_id_domain_key"),
        (["delete from statistics_totals", "bucket.ctid"], "statistics_totals_pkey"),
        (["items.project_id = project.id", "as project"], "projects_deleted_at_idx"),
        (["select id as \"id: ItemId\"", "order by items.deleted_at, id"], "items_deleted_at_id_idx"),
        (["delete from projects", "not exists"], "projects_deleted_at_idx"),
        (["delete from projects", "not exists"], "items_project_id_idx"),
        (["delete from audit_personal", "order by audit_id"], "user_id_audit_id_idx"),
        (["delete from item_feedback", "order by item_id"], "item_feedback_author_id_item_id_version_idx"),
        (
            ["set original_filename = 'erased'", "original_filename <> 'erased'"],
            "items_uploaded_by_id_id_idx",
        ),
        (["set original_filename = 'erased'", "update exports"], "exports_project_id_id_idx"),
        (["delete from project_invitations", "@erased.invalid"], "project_invitations_email_id_idx"),
    ] {
        let plan = maintenance.platform.plan(&texts).await;
        assert!(plan.contains(index), "{plan}");
    }
}

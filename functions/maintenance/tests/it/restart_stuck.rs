use serde_json::json;
use shared::{items::ObjectName, testing::BUCKET};
use sqlx::PgPool;
use time::Duration;

use crate::support::Maintenance;

impl Maintenance {
    /// Creates a document and brings it into a state by a statement.
    async fn document(&self, statement: &'static str) -> ObjectName {
        let admin = self.platform.user("admin@example.org").await;
        let project = self.platform.project(&admin).await;
        let object = self.platform.draft(project, &admin, "application/pdf", 5).await;
        self.platform.change("update users set deleted_at = now() where id = $1", admin.id.0).await;
        self.platform.change(statement, object.item_id.0).await;
        object
    }
}

const LEASED: &str = "update items set status = 'processing', generation = 7, md5 = 'bWQ1', attempt = 1,
    lease_until = now() + interval '6 minutes' where id = $1";
const DEFERRED: &str = "update items set status = 'processing', generation = 7, upload_no = 2, attempt = 0,
    next_attempt_at = now() + interval '1 minute' where id = $1";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn processing_whose_worker_died_is_restarted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.document(LEASED).await;
    maintenance.platform.clock.advance(Duration::minutes(5));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}), "the lease is still valid");
    maintenance.platform.clock.advance(Duration::minutes(2));
    assert_eq!(maintenance.restart().await, json!({"restarted": 1}));
    let repeated = maintenance.repeated().await;
    let [(about, resource)] = &repeated[..] else { panic!("{repeated:?}") };
    assert_eq!((&about["eventType"], &about["bucketId"]), (&json!("OBJECT_FINALIZE"), &json!(BUCKET)));
    assert_eq!((&about["objectId"], &about["objectGeneration"]), (&json!(object.to_string()), &json!("7")));
    assert_eq!(
        *resource,
        json!({"bucket": BUCKET, "name": object.to_string(), "generation": "7", "md5Hash": "bWQ1"})
    );
    assert_eq!(maintenance.rows().await, 0);

    assert_eq!(maintenance.restart().await, json!({"restarted": 0}), "the event may still be delivered");
    maintenance.platform.clock.advance(Duration::minutes(6));
    assert_eq!(
        maintenance.restart().await,
        json!({"restarted": 1}),
        "the event is published again if it was lost"
    );
    assert_eq!(maintenance.repeated().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_message_without_effect_is_repeated_less_and_less_often(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let statement = "update items set status = 'processing', generation = 7, submitted_at = now(),
                         next_attempt_at = now() + interval '1 minute' where id = $1";
    maintenance.document(statement).await;
    let mut repeated = 0;
    for _ in 0..24 * 12 {
        maintenance.platform.clock.advance(Duration::minutes(5));
        maintenance.restart().await;
        repeated += maintenance.repeated().await.len();
    }
    assert!((24..=30).contains(&repeated), "{repeated}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_worker_counts_only_if_the_engine_completed_another_item(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let died =
        "update items set status = 'processing', generation = 7, submitted_at = now() - interval '5 minutes',
                    lease_until = now(), next_attempt_at = now() where id = $1";
    let failures =
        async |object: &ObjectName| maintenance.platform.item(object.item_id, "failure_count").await;
    let alone = maintenance.document(died).await;
    maintenance.platform.clock.advance(Duration::seconds(1));
    assert_eq!(maintenance.restart().await, json!({"restarted": 1}));
    assert_eq!(failures(&alone).await.as_deref(), Some("0"));

    for (statement, counted) in [
        ("update items set status = 'approved', kind = 'voice', processed_at = now() where id = $1", "0"),
        (
            "update items set status = 'failed', failure_code = 'unreadable', processed_at = now() where id = $1",
            "0",
        ),
        (
            "update items set status = 'approved', processed_at = now() - interval '6 minutes' where id = $1",
            "0",
        ),
        ("update items set status = 'pending_review', processed_at = now() where id = $1", "1"),
    ] {
        maintenance.document(statement).await;
        let poisoned = maintenance.document(died).await;
        maintenance.platform.clock.advance(Duration::seconds(1));
        assert_eq!(maintenance.restart().await, json!({"restarted": 1}));
        assert_eq!(failures(&poisoned).await.as_deref(), Some(counted), "{statement}");
    }
    maintenance.repeated().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_that_failed_too_often_fails_permanently(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let mut objects = Vec::new();
    for statement in [
        "update items set status = 'processing', generation = 7, failure_count = 12, next_attempt_at = now()
             where id = $1",
        "update items set status = 'processing', generation = 7, failure_count = 12, next_attempt_at = now(),
             needs_batch = true where id = $1",
    ] {
        objects.push(maintenance.document(statement).await);
    }
    maintenance.platform.clock.advance(Duration::seconds(1));
    maintenance.restart().await;
    for object in objects {
        let column = async |name| maintenance.platform.item(object.item_id, name).await;
        assert_eq!(column("status").await.as_deref(), Some("failed"));
        assert_eq!(column("failure_code").await.as_deref(), Some("attempts_exhausted"));
        assert_eq!(column("next_attempt_at").await, None);
        let failed = [("document.failed".to_owned(), "failure".to_owned())];
        assert_eq!(maintenance.platform.audited(object.item_id.0).await, failed);
    }
    assert_eq!(maintenance.repeated().await.len(), 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn processing_that_waits_for_quota_continues_when_it_is_due(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.document(DEFERRED).await;
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
    maintenance.platform.clock.advance(Duration::seconds(61));
    assert_eq!(maintenance.restart().await, json!({"restarted": 1}));
    let repeated = maintenance.repeated().await;
    assert_eq!(repeated.len(), 1);
    let later = ObjectName { upload_no: 2, ..object };
    assert_eq!(repeated[0].0["objectId"], later.to_string());
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_items_in_processing_are_restarted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for statement in [
        "update items set next_attempt_at = now() where id = $1",
        "update items set status = 'approved', generation = 7, lease_until = now() where id = $1",
        "update items set status = 'failed', failure_code = 'unreadable', generation = 7, lease_until = now() where id = $1",
        "update items set status = 'processing', generation = 7, lease_until = now(), deleted_at = now() where id = $1",
    ] {
        maintenance.document(statement).await;
    }
    maintenance.platform.clock.advance(Duration::days(1));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_runs_publish_each_event_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for statement in [LEASED, DEFERRED, LEASED] {
        maintenance.document(statement).await;
    }
    maintenance.platform.clock.advance(Duration::minutes(7));
    let (one, two) = tokio::join!(maintenance.restart(), maintenance.restart());
    assert_eq!(one["restarted"].as_u64().zip(two["restarted"].as_u64()).map(|(one, two)| one + two), Some(3));
    assert_eq!(maintenance.repeated().await.len(), 3);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_backlog_is_restarted_in_one_run(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.document(DEFERRED).await;
    sqlx::query(
        "insert into items (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes,
                            status, generation, next_attempt_at, created_at)
         select gen_random_uuid(), project_id, uploaded_by_id, kind, 'letter', content_type, size_bytes,
                'processing', 7, now(), now()
         from items, generate_series(1, 249) where id = $1",
    )
    .bind(object.item_id)
    .execute(&maintenance.platform.db)
    .await
    .expect("a backlog");
    maintenance.platform.clock.advance(Duration::minutes(2));
    assert_eq!(maintenance.restart().await, json!({"restarted": 250}));
    // The sweep publishes the events that did not fit into the time budget.
    maintenance.platform.clock.advance(Duration::minutes(1));
    maintenance.sweep().await;
    let mut names: Vec<String> =
        maintenance.repeated().await.iter().map(|(about, _)| about["objectId"].to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 250);
    assert_eq!(maintenance.rows().await, 0);
}

impl Maintenance {
    /// Creates `count` copies of an item.
    async fn clone_item(&self, object: &ObjectName, count: i32) {
        sqlx::query(
            "insert into items (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes,
                                status, generation, needs_batch, next_attempt_at, created_at)
             select gen_random_uuid(), project_id, uploaded_by_id, kind, 'letter', content_type, size_bytes, status,
                    generation, needs_batch, next_attempt_at + n * interval '1 millisecond', created_at
             from items, generate_series(1, $2) as n where id = $1",
        )
        .bind(object.item_id)
        .bind(count)
        .execute(&self.platform.db)
        .await
        .expect("more items");
    }

    /// Starts operations, as `ocr` does, for up to `limit` of the items whose events were published.
    async fn begin(&self, limit: i64) -> u64 {
        let begun = sqlx::query(
            "update items set operation = id::text, operation_started_at = now(), attempt = 1,
                              next_attempt_at = $2 + interval '1 hour'
             where id in (
                 select id from items where needs_batch and operation is null and next_attempt_at > $2
                 order by id limit $1
             )",
        )
        .bind(limit)
        .bind(self.platform.clock.now())
        .execute(&self.platform.db)
        .await
        .expect("operations");
        begun.rows_affected()
    }
}

const WAITING: &str = "update items set status = 'processing', generation = 7, needs_batch = true,
    next_attempt_at = now() where id = $1";
const OPERATING: &str =
    "update items set status = 'processing', generation = 7, attempt = 1, needs_batch = true,
    operation = 'operations/1', operation_started_at = now(), next_attempt_at = now() + interval '2 minutes'
    where id = $1";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_operations_that_are_due_are_polled_regardless_of_the_quota(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.document(OPERATING).await;
    sqlx::query(
        "insert into items (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, status,
                            generation, needs_batch, operation, operation_started_at, next_attempt_at, created_at)
         select gen_random_uuid(), project_id, uploaded_by_id, kind, 'letter', content_type, size_bytes, status,
                generation, true, operation, operation_started_at, next_attempt_at, created_at
         from items, generate_series(1, 14) where id = $1",
    )
    .bind(object.item_id)
    .execute(&maintenance.platform.db)
    .await
    .expect("operations");
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
    maintenance.platform.clock.advance(Duration::seconds(121));
    assert_eq!(maintenance.restart().await, json!({"restarted": 15}));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
    maintenance.platform.clock.advance(Duration::minutes(1));
    maintenance.sweep().await;
    assert_eq!(maintenance.repeated().await.len(), 15);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn no_more_operations_are_admitted_than_the_quota_allows(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.document(WAITING).await;
    maintenance.clone_item(&object, 24).await;
    maintenance.document(OPERATING).await;
    maintenance.platform.clock.advance(Duration::seconds(10));
    let runs = futures::future::join_all((0..8).map(|_| maintenance.restart())).await;
    assert_eq!(runs.iter().filter_map(|run| run["restarted"].as_u64()).sum::<u64>(), 9, "{runs:?}");
    let names: Vec<String> =
        maintenance.repeated().await.iter().map(|(about, _)| about["objectId"].to_string()).collect();
    assert!(names.contains(&format!("\"{object}\"")), "the longest wait comes first: {names:?}");
    assert_eq!(
        maintenance.restart().await,
        json!({"restarted": 0}),
        "admitted items count before their operations start"
    );
    maintenance.platform.clock.advance(Duration::seconds(-5));
    assert_eq!(
        maintenance.restart().await,
        json!({"restarted": 0}),
        "an instance whose clock is behind counts them, too"
    );
    maintenance.platform.clock.advance(Duration::seconds(5));

    assert_eq!(maintenance.begin(9).await, 9);
    maintenance.platform.clock.advance(Duration::seconds(70));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}), "ten operations are running");
    sqlx::query(
        "update items set status = 'approved' where operation is not null and id in
                 (select id from items where operation is not null and operation <> 'operations/1' limit 4)",
    )
    .execute(&maintenance.platform.db)
    .await
    .expect("results");
    assert_eq!(maintenance.restart().await, json!({"restarted": 4}));
    maintenance.platform.clock.advance(Duration::seconds(61));
    let restarted = maintenance.restart().await;
    let due = maintenance
        .count("select count(*) from items where status = 'processing' and operation is not null")
        .await;
    // The four operations did not start within a minute, so other items take their place. The running one is polled.
    assert_eq!((restarted, due), (json!({"restarted": 4 + 1}), 6));
    maintenance.repeated().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_that_wait_for_an_operation_do_not_delay_others(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.document(WAITING).await;
    maintenance.clone_item(&object, 300).await;
    maintenance.document(DEFERRED).await;
    let voice = maintenance.document(WAITING).await;
    maintenance.platform.change("update items set kind = 'voice' where id = $1", voice.item_id.0).await;
    maintenance.platform.clock.advance(Duration::seconds(61));
    assert_eq!(maintenance.restart().await, json!({"restarted": 10 + 1 + 1}), "each kind has its own quota");
    maintenance.platform.clock.advance(Duration::minutes(1));
    maintenance.sweep().await;
    assert_eq!(maintenance.repeated().await.len(), 12);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_engine_has_its_own_quota_of_operations(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let document = maintenance.document(WAITING).await;
    maintenance.clone_item(&document, 20).await;
    let voice = maintenance.document(WAITING).await;
    maintenance.platform.change("update items set kind = 'voice' where id = $1", voice.item_id.0).await;
    maintenance.clone_item(&voice, 20).await;
    maintenance.platform.clock.advance(Duration::seconds(61));
    let quotas = [("DOCUMENTAI_BATCH_OPERATIONS", "2"), ("SPEECH_BATCH_OPERATIONS", "3")];
    let client = maintenance.platform.push_client_of::<maintenance::Maintenance>(&quotas);
    let restarted = client.post("/tasks/restart-stuck", serde_json::Value::Null).await;
    assert_eq!(restarted.assert_status(200).body, json!({"restarted": 2 + 3}));
    let mut prefixes: Vec<String> = maintenance
        .repeated()
        .await
        .iter()
        .map(|(about, _)| {
            about["objectId"].as_str().and_then(|id| id.split('/').next()).expect("a name").to_owned()
        })
        .collect();
    prefixes.sort();
    assert_eq!(prefixes, ["documents", "documents", "voice", "voice", "voice"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_query_reads_only_items_in_processing(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let stuck = ["for update skip locked", "(not needs_batch or operation is not null)"];
    let waiting = ["for update skip locked", "limit greatest(0"];
    for (texts, index) in
        [(stuck, "items_due_idx"), (stuck, "items_kind_processed_at_idx"), (waiting, "items_waiting_idx")]
    {
        let plan = maintenance.platform.plan(&texts).await;
        assert!(plan.contains(index), "{plan}");
    }
}

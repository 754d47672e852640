use serde_json::{Value, json};
use shared::{items::ObjectName, testing::BUCKET};
use sqlx::PgPool;
use time::Duration;

use crate::support::Maintenance;

impl Maintenance {
    /// A document in the state that a statement brings about.
    async fn document(&self, statement: &'static str) -> ObjectName {
        let admin = self.platform.user("admin@example.org").await;
        let project = self.platform.project(&admin).await;
        let object = self.platform.draft(project, &admin, "application/pdf", 5).await;
        self.platform.change("update users set deleted_at = now() where id = $1", admin.id.0).await;
        self.platform.change(statement, object.item_id.0).await;
        object
    }

    /// The finalize events that were repeated since the last look: attributes and resources.
    async fn repeated(&self) -> Vec<(Value, Value)> {
        let messages = self.platform.messages("uploads").await;
        messages
            .into_iter()
            .map(|(about, data)| (about, serde_json::from_slice(&data).expect("JSON")))
            .collect()
    }
}

const LEASED: &str = "update items set status = 'processing', generation = 7, md5 = 'bWQ1', attempt = 1,
    lease_until = now() + interval '6 minutes' where id = $1";
const DEFERRED: &str = "update items set status = 'processing', generation = 7, upload_no = 2, attempt = 0,
    next_attempt_at = now() + interval '1 minute' where id = $1";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn work_whose_holder_died_is_announced_anew(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.document(LEASED).await;
    maintenance.platform.clock.advance(Duration::minutes(5));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}), "the lease is alive");
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

    assert_eq!(maintenance.restart().await, json!({"restarted": 0}), "the event has some time");
    maintenance.platform.clock.advance(Duration::minutes(6));
    assert_eq!(maintenance.restart().await, json!({"restarted": 1}), "and is repeated when it got lost");
    assert_eq!(maintenance.repeated().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn work_that_waits_for_quota_goes_on_when_its_time_has_come(db: PgPool) {
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
async fn only_items_under_way_are_restarted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for statement in [
        "update items set next_attempt_at = now() where id = $1",
        "update items set status = 'approved', generation = 7, lease_until = now() where id = $1",
        "update items set status = 'failed', failure_code = 'x', generation = 7, lease_until = now() where id = $1",
        "update items set status = 'processing', generation = 7, lease_until = now(), deleted_at = now() where id = $1",
    ] {
        maintenance.document(statement).await;
    }
    maintenance.platform.clock.advance(Duration::days(1));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_runs_at_once_repeat_each_event_once(db: PgPool) {
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
    // What could not be published within the budget is left to the sweep.
    maintenance.platform.clock.advance(Duration::minutes(1));
    maintenance.sweep().await;
    let mut names: Vec<String> =
        maintenance.repeated().await.iter().map(|(about, _)| about["objectId"].to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 250);
    assert_eq!(maintenance.rows().await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_search_reads_only_what_is_under_way(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let plan = maintenance.platform.plan(&["for update skip locked", "status = 'processing'"]).await;
    assert!(plan.contains("items_processing_idx"), "{plan}");
}

use serde_json::{Value, json};
use shared::cloud::events::EmailRequested;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::support::Maintenance;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn events_that_their_writer_could_not_publish_are_published_exactly_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let mut written = maintenance.unpublished(3).await;
    assert_eq!(maintenance.sweep().await, json!({"published": 0}), "their writer may still publish them");
    maintenance.platform.clock.advance(Duration::seconds(31));
    assert_eq!(maintenance.sweep().await, json!({"published": 3}));
    assert_eq!(maintenance.sweep().await, json!({"published": 0}));
    let mut published = maintenance.platform.events::<EmailRequested>().await;
    published.sort_by_key(|event| format!("{event:?}"));
    written.sort_by_key(|event| format!("{event:?}"));
    assert_eq!(published, written);
    assert_eq!(maintenance.rows().await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_swept_message_equals_the_recorded_event(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.unpublished(1).await;
    let (id, written): (sqlx::types::Uuid, Value) = sqlx::query_as("select id, attributes from outbox")
        .fetch_one(&maintenance.platform.db)
        .await
        .expect("one row");
    maintenance.platform.clock.advance(Duration::seconds(31));
    maintenance.sweep().await;
    let messages = maintenance.platform.messages("email-requested").await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].0, written);
    assert_eq!((&written["event_id"], &written["event_version"]), (&json!(id), &json!("1")));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_sweeps_publish_each_event_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.unpublished(250).await;
    maintenance.platform.clock.advance(Duration::seconds(31));
    let (one, two) = tokio::join!(maintenance.sweep(), maintenance.sweep());
    assert_eq!(
        one["published"].as_u64().zip(two["published"].as_u64()).map(|(one, two)| one + two),
        Some(250)
    );
    assert_eq!(maintenance.platform.events::<EmailRequested>().await.len(), 250);
    assert_eq!(maintenance.rows().await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_retry_delay_grows_and_no_event_is_lost_while_pubsub_is_down(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let written = maintenance.unpublished(1).await;
    let vain = maintenance.without_pubsub();
    maintenance.platform.clock.advance(Duration::seconds(31));
    for (attempt, pause) in (1..).zip([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
        let before = maintenance.platform.clock.now();
        let answer = vain.post("/tasks/sweep-outbox", Value::Null).await;
        assert!(answer.status == 503 || answer.body == json!({"published": 0}), "{}", answer.body);
        let (attempts, next): (i32, OffsetDateTime) =
            sqlx::query_as("select attempts, next_attempt_at from outbox")
                .fetch_one(&maintenance.platform.db)
                .await
                .expect("the row");
        assert_eq!(attempts, attempt);
        let paused = (next - before).as_seconds_f64();
        let pause = f64::from(pause);
        assert!((pause..pause * 1.25 + 5.0).contains(&paused), "{attempt}: {paused}");
        maintenance.platform.clock.advance(Duration::seconds_f64(paused + 1.0));
    }
    assert_eq!(maintenance.sweep().await, json!({"published": 1}));
    assert_eq!(maintenance.platform.events::<EmailRequested>().await, written);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_row_that_cannot_be_published_does_not_block_the_others(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let written = maintenance.unpublished(3).await;
    for statement in [
        "update outbox set attempts = 39 where id = (select id from outbox order by id limit 1)",
        "update outbox set attempts = 2147483647 where id = (select id from outbox order by id offset 1 limit 1)",
        "insert into outbox (id, topic, attributes, payload, attempts, next_attempt_at, created_at)
         values (gen_random_uuid(), 'of-a-later-release', '{}', '{}', 1000000, now(), now())",
    ] {
        sqlx::query(statement).execute(&maintenance.platform.db).await.expect("a row");
    }
    maintenance.platform.clock.advance(Duration::seconds(31));
    let now = maintenance.platform.clock.now();
    assert_eq!(maintenance.sweep().await, json!({"published": 3}));
    let mut published = maintenance.platform.events::<EmailRequested>().await;
    published.sort_by_key(|event| format!("{event:?}"));
    let mut written = written;
    written.sort_by_key(|event| format!("{event:?}"));
    assert_eq!(published, written);

    // The row is kept for the release that knows its topic, and tried about once an hour.
    let (attempts, next): (i32, OffsetDateTime) =
        sqlx::query_as("select attempts, next_attempt_at from outbox")
            .fetch_one(&maintenance.platform.db)
            .await
            .expect("one row");
    assert_eq!(attempts, 1000);
    assert!((Duration::minutes(60)..Duration::minutes(76)).contains(&(next - now)), "{next}");
    assert_eq!(maintenance.sweep().await, json!({"published": 0}));
}

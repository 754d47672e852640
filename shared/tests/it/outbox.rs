use std::{sync::Arc, time::Instant};

use shared::{
    base::{
        context::{self, RequestContext, Trace},
        ids::UserId,
    },
    cloud::{events::EmailRequested, outbox},
    testing::{Platform, eventually},
};
use sqlx::PgPool;
use time::Duration;
use tokio::net::TcpListener;

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A Pub/Sub endpoint that accepts connections and never responds.
struct Silent {
    endpoint: String,
    _listener: TcpListener,
}

impl Silent {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        Self {
            endpoint: format!("http://{}", listener.local_addr().expect("an address")),
            _listener: listener,
        }
    }
}

fn event() -> EmailRequested {
    EmailRequested::AccountExists { user_id: UserId::new() }
}

async fn rows(platform: &Platform) -> i64 {
    platform.count("select count(*) from outbox").await
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_commit_publishes_and_leaves_no_row(db: PgPool) {
    let platform = Platform::start(db).await;
    let outbox = platform.outbox(None);
    let mut recorded = Vec::new();
    // The first publish opens a connection, which may exceed its time limit.
    eventually("a commit that publishes in time", async || {
        recorded.push(event());
        let mut tx = outbox.begin().await.expect("a transaction");
        let id = tx.record(&recorded[recorded.len() - 1]).await.expect("an event");
        tx.commit().await.expect("a commit");
        let left: Option<i32> = sqlx::query_scalar("select 1 from outbox where id = $1")
            .bind(id)
            .fetch_optional(&platform.db)
            .await
            .expect("an answer");
        left.is_none().then_some(())
    })
    .await;
    let published = platform.events::<EmailRequested>().await;
    assert!(published.contains(&recorded[recorded.len() - 1]), "{published:?}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_message_carries_its_event_and_the_trace_of_the_request(db: PgPool) {
    let platform = Platform::start(db).await;
    let outbox = platform.outbox(None);
    let trace = Trace::from_traceparent(TRACEPARENT).expect("a trace");
    let request = RequestContext {
        request_id: "1".to_owned(),
        trace,
        client_address: None,
        user_agent: None,
        ids: Arc::default(),
    };
    let id = context::scope(request.into(), async {
        let mut tx = outbox.begin().await.expect("a transaction");
        let id = tx.record(&event()).await.expect("an event");
        tx.commit().await.expect("a commit");
        id
    })
    .await;
    let messages = eventually("the message", async || {
        let messages = platform.messages("email-requested").await;
        (!messages.is_empty()).then_some(messages)
    })
    .await;
    assert_eq!(messages.len(), 1);
    let expected = serde_json::json!({"event_id": id, "event_version": "1", "traceparent": TRACEPARENT});
    assert_eq!(messages[0].0, expected);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_event_of_a_rolled_back_transaction_is_not_published(db: PgPool) {
    let platform = Platform::start(db).await;
    let outbox = platform.outbox(None);
    let mut tx = outbox.begin().await.expect("a transaction");
    tx.record(&event()).await.expect("an event");
    drop(tx);
    assert_eq!(rows(&platform).await, 0);
    assert_eq!(platform.events::<EmailRequested>().await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn without_pubsub_a_commit_returns_in_time_and_keeps_the_event(db: PgPool) {
    let platform = Platform::start(db).await;
    let silent = Silent::start().await;
    for endpoint in ["http://127.0.0.1:1", &silent.endpoint] {
        let outbox = platform.outbox(Some(endpoint));
        let mut tx = outbox.begin().await.expect("a transaction");
        tx.record(&event()).await.expect("an event");
        let start = Instant::now();
        tx.commit().await.expect("a commit");
        let elapsed = start.elapsed();
        assert!(elapsed < std::time::Duration::from_millis(1500), "{endpoint}: {elapsed:?}");
    }
    assert_eq!(rows(&platform).await, 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_crash_after_the_commit_loses_nothing(db: PgPool) {
    let platform = Platform::start(db).await;
    let recorded = event();
    let silent = Silent::start().await;
    {
        let dying = platform.outbox(Some(&silent.endpoint));
        let mut tx = dying.begin().await.expect("a transaction");
        tx.record(&recorded).await.expect("an event");
        let committed = eventually("the commit", async || (rows(&platform).await == 1).then_some(()));
        // The process dies after the commit, before it publishes.
        tokio::select! { _ = tx.commit() => {}, () = committed => {} }
    }
    let outbox = platform.outbox(None);
    let clock = &platform.clock;
    let lease = async || outbox::lease(&platform.db, clock.now(), 10).await.expect("rows");
    assert!(lease().await.is_empty(), "the row was offered while its writer may still publish it");
    clock.advance(Duration::seconds(31));
    let leased = lease().await;
    assert_eq!(leased.len(), 1);
    assert!(lease().await.is_empty(), "the row was leased twice");
    assert_eq!(outbox.publish(leased).await.expect("a number"), 1);
    assert_eq!(rows(&platform).await, 0);
    // The dead process may also have published the event, since delivery is at least once.
    let published = platform.events::<EmailRequested>().await;
    assert!(
        (1..=2).contains(&published.len()) && published.iter().all(|event| *event == recorded),
        "{published:?}"
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_sweep_uses_an_index(db: PgPool) {
    let platform = Platform::start(db).await;
    let plan = platform.plan(&["update outbox", "for update skip locked"]).await;
    assert!(plan.contains("outbox_next_attempt_at_idx"), "{plan}");
}

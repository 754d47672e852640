use std::time::Instant;

use shared::{
    config::Settings as _,
    context::{self, RequestContext, Trace},
    events::EmailRequested,
    ids::UserId,
    outbox::{self, Outbox, PubSubSettings},
    testing::{Platform, eventually},
};
use sqlx::PgPool;
use time::Duration;

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

async fn outbox(platform: &Platform, endpoint: Option<&str>) -> Outbox {
    let env = platform.env();
    let env = endpoint.map_or(env.clone(), |endpoint| env.with("PUBSUB_ENDPOINT", endpoint));
    let settings = PubSubSettings::from_env(&env).expect("settings");
    Outbox::new(platform.db.clone(), platform.clock.clone(), &settings).await.expect("an outbox")
}

fn event() -> EmailRequested {
    EmailRequested::AccountExists { user_id: UserId::new() }
}

async fn rows(platform: &Platform) -> i64 {
    let count = sqlx::query_scalar("select count(*) from outbox").fetch_one(&platform.db).await;
    count.expect("a count")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_commit_publishes_and_leaves_no_row(db: PgPool) {
    let platform = Platform::start(db).await;
    let outbox = outbox(&platform, None).await;
    // The first publish connects, which may take more than its budget.
    let first = event();
    let mut tx = outbox.begin().await.expect("a transaction");
    tx.announce(&first).await.expect("an event");
    tx.commit().await.expect("a commit");
    eventually("the first event", async || {
        (rows(&platform).await == 0).then_some(()).or_else(|| {
            platform.clock.advance(Duration::minutes(1));
            None
        })
    })
    .await;
    assert_eq!(platform.events::<EmailRequested>().await, [first]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_message_carries_its_event_and_the_trace_of_its_cause(db: PgPool) {
    let platform = Platform::start(db).await;
    let outbox = outbox(&platform, None).await;
    let trace = Trace::from_traceparent(TRACEPARENT).expect("a trace");
    let request =
        RequestContext { request_id: "1".to_owned(), trace, client_address: None, user_agent: None };
    let id = context::scope(request.into(), async {
        let mut tx = outbox.begin().await.expect("a transaction");
        let id = tx.announce(&event()).await.expect("an event");
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
async fn what_is_rolled_back_is_not_announced(db: PgPool) {
    let platform = Platform::start(db).await;
    let outbox = outbox(&platform, None).await;
    let mut tx = outbox.begin().await.expect("a transaction");
    tx.announce(&event()).await.expect("an event");
    drop(tx);
    assert_eq!(rows(&platform).await, 0);
    assert_eq!(platform.events::<EmailRequested>().await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn without_pubsub_the_answer_comes_in_time_and_the_event_stays(db: PgPool) {
    let platform = Platform::start(db).await;
    // One that refuses connections, and one that takes them and never answers.
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let silent = (format!("http://{}", silent.local_addr().expect("an address")), silent);
    for endpoint in ["http://127.0.0.1:1", &silent.0] {
        let outbox = outbox(&platform, Some(endpoint)).await;
        let mut tx = outbox.begin().await.expect("a transaction");
        tx.announce(&event()).await.expect("an event");
        let start = Instant::now();
        tx.commit().await.expect("a commit");
        let elapsed = start.elapsed();
        assert!(elapsed < std::time::Duration::from_millis(1500), "{endpoint}: {elapsed:?}");
    }
    assert_eq!(rows(&platform).await, 2);
    drop(silent);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_crash_after_the_commit_loses_nothing(db: PgPool) {
    let platform = Platform::start(db).await;
    let outbox = outbox(&platform, None).await;
    let announced = event();
    {
        let mut tx = outbox.begin().await.expect("a transaction");
        tx.announce(&announced).await.expect("an event");
        // The process dies when the commit is through: its future is not polled any further.
        let mut commit = Box::pin(tx.commit());
        let committed = eventually("the commit", async || {
            let polled = futures::poll!(&mut commit);
            (rows(&platform).await == 1).then_some(polled.is_pending())
        })
        .await;
        assert!(committed, "it was too fast to die");
    }
    let clock = &platform.clock;
    let lease = async || outbox::lease(&platform.db, clock.now(), 10).await.expect("rows");
    assert!(lease().await.is_empty(), "its writer may still be at it");
    clock.advance(Duration::seconds(31));
    let leased = lease().await;
    assert_eq!(leased.len(), 1);
    assert!(lease().await.is_empty(), "it is leased");
    assert_eq!(outbox.publish(leased).await.expect("a number"), 1);
    assert_eq!(rows(&platform).await, 0);
    // The dead process may have got it out as well: at least once.
    let published = platform.events::<EmailRequested>().await;
    assert!(
        (1..=2).contains(&published.len()) && published.iter().all(|event| *event == announced),
        "{published:?}"
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_sweep_walks_an_index(db: PgPool) {
    let platform = Platform::start(db).await;
    let plan = platform.plan(&["update outbox", "for update skip locked"]).await;
    assert!(plan.contains("outbox_next_attempt_at_idx"), "{plan}");
}

//! Tests of the ways in which a stream ends.

use std::time::Duration;

use serde_json::json;
use shared::{http::server, testing::eventually};
use sqlx::PgPool;
use tokio::{net::TcpListener, sync::oneshot};

use crate::support::{EventStream, Events, assert_items};

async fn assert_ended(stream: &mut EventStream, code: &str) {
    let (received, _) = stream.rest().await;
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!((received[0].event.as_deref(), &received[0].data), (Some("end"), &json!({"code": code})));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_a_reader_who_loses_access_gets_an_end_event_at_the_next_heartbeat(db: PgPool) {
    let events = Events::start(db).await;
    let statements = [
        ("update sessions set revoked_at = now() where user_id = $1", "unauthenticated"),
        ("update sessions set expires_at = now() where user_id = $1", "unauthenticated"),
        ("update users set suspended_at = now() where id = $1", "unauthenticated"),
        ("update users set deleted_at = now() where id = $1", "unauthenticated"),
        ("update users set email_verified_at = null where id = $1", "email_not_verified"),
        ("delete from project_members where user_id = $1", "not_found"),
    ];
    let (mut admins, mut streams) = (events.stream().await, Vec::new());
    for (number, (_, code)) in statements.iter().enumerate() {
        let user = events.platform.user(&format!("user{number}@example.org")).await;
        let role = shared::identity::guard::ProjectRole::Contributor;
        events.platform.member(events.project, &user, role).await;
        let authorization = [("authorization", format!("Bearer {}", user.token))];
        streams.push((user, *code, events.open(&events.path(""), &authorization).await));
    }
    for ((statement, _), (user, ..)) in statements.iter().zip(&streams) {
        events.platform.change(statement, user.id.0).await;
    }
    for (_, code, stream) in &mut streams {
        assert_ended(stream, code).await;
    }
    let item = events.draft().await;
    assert_items(&admins.events(1).await, &[item]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_streams_of_a_deleted_project_end(db: PgPool) {
    let events = Events::start(db).await;
    let root = events.platform.super_admin("root@example.org").await;
    let authorization = [("authorization", format!("Bearer {}", root.token))];
    let mut streams = [events.stream().await, events.open(&events.path(""), &authorization).await];
    events.platform.change("update projects set deleted_at = now() where id = $1", events.project.0).await;
    for stream in &mut streams {
        assert_ended(stream, "not_found").await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_stream_ends_after_its_lifetime(db: PgPool) {
    let events = Events::start_with(db, &[("EVENTS_STREAM_LIFE", "2"), ("EVENTS_HEARTBEAT", "60")]).await;
    let mut stream = events.stream().await;
    let start = tokio::time::Instant::now();
    let (received, last) = stream.rest().await;
    assert_eq!(received, []);
    assert!(last.expect("a word").comment.is_some());
    assert!((1.0..10.0).contains(&start.elapsed().as_secs_f64()));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_slow_reader_delays_no_other_reader_and_misses_no_event(db: PgPool) {
    let events = Events::start_with(db, &[("EVENTS_BUFFER", "2"), ("EVENTS_HEARTBEAT", "60")]).await;
    let (mut slow, mut quick) = (events.stream().await, events.stream().await);
    let mut created = Vec::new();
    for _ in 0..4 {
        created.push(events.draft().await);
        quick.next_of(created[created.len() - 1]).await;
    }
    let (received, last) = slow.rest().await;
    assert_items(&received, &created[..2]);
    assert!(last.expect("a word").comment.is_some());
    let mut again = events.stream_after(received[1].id()).await;
    assert_items(&again.events(2).await, &created[2..]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_burst_of_events_does_not_end_a_stream(db: PgPool) {
    let events = Events::start_with(db, &[("EVENTS_BUFFER", "2")]).await;
    let mut stream = events.stream().await;
    events.many(3000).await;
    let last = events.draft().await;
    let received = stream.events(3001).await;
    assert_eq!(received[3000].item(), last);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_server_that_stops_ends_its_streams_at_once(db: PgPool) {
    let events = Events::start_with(db, &[("EVENTS_HEARTBEAT", "60")]).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let router = events.router.clone();
    let server =
        tokio::spawn(server::serve(listener, router, async move { stopped.await.expect("a signal") }));
    let request = reqwest::Client::new()
        .get(format!("http://{address}{}", events.path("")))
        .bearer_auth(&events.reviewer.token);
    let mut answer = request.send().await.expect("an answer");
    let item = events.draft().await;
    let mut text = String::new();
    let mut read = async || {
        let piece = answer.chunk().await.expect("no break in the middle")?;
        text.push_str(std::str::from_utf8(&piece).expect("text"));
        Some(text.clone())
    };
    eventually("an event", async || read().await.filter(|text| text.contains(&item.to_string()))).await;
    stop.send(()).expect("a server");
    let rest = async {
        while let Some(text) = read().await {
            if text.ends_with(": the stream ends here\n\n") {
                return;
            }
        }
        panic!("the stream has no closing comment");
    };
    tokio::time::timeout(Duration::from_secs(3), rest).await.expect("an end at once");
    let end = tokio::time::timeout(Duration::from_secs(3), server).await;
    end.expect("an end in time").expect("a task").expect("a clean end");
}

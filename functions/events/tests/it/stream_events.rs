use serde_json::{Value, json};
use shared::items::ItemStatus;
use sqlx::PgPool;

use crate::support::{Events, assert_items};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_transition_is_sent_to_the_streams_of_its_project_at_once(db: PgPool) {
    let events = Events::start(db).await;
    let earlier = events.draft().await;
    let mut stream = events.stream().await;
    let header = |name: &str| stream.headers[name].to_str().expect("text").to_owned();
    assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-store".into(), "no".into()));
    assert!(!header("x-request-id").is_empty());
    let opening = stream.next().await.expect("an opening");
    assert!(opening.retry.is_some_and(|retry| (1000..5000).contains(&retry)) && opening.id.is_some());
    assert_eq!((opening.event, opening.data), (None, Value::Null));

    let other = events.platform.project(&events.admin).await;
    events.platform.draft(other, &events.admin, "application/pdf", 5).await;
    let item = events.draft().await;
    let mut db = events.platform.db.acquire().await.expect("a connection");
    events.advance(&mut db, item, ItemStatus::Processing).await;
    events.advance(&mut db, earlier, ItemStatus::Failed).await;
    drop(db);
    let mut received = vec![stream.next_of(item).await];
    received.extend(stream.events(2).await);
    assert_items(&received, &[item, item, earlier]);
    let fields = |number: usize| {
        let data = &received[number].data;
        assert!(data["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{data}");
        json!([
            data["project_id"],
            data["kind"],
            data["from"],
            data["to"],
            data["version"],
            data["failure_code"]
        ])
    };
    let project = events.project;
    assert_eq!(fields(0), json!([project, "document", null, "draft", 1, null]));
    assert_eq!(fields(1), json!([project, "document", "draft", "processing", 2, null]));
    assert_eq!(fields(2), json!([project, "document", "draft", "failed", 2, "encrypted"]));
    assert!(received[0].data.as_object().is_some_and(|data| data.len() == 7), "{}", received[0].data);
    assert!(received.iter().all(|event| event.event.as_deref() == Some("transition")));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_open_stream_receives_heartbeats_and_outlasts_the_request_timeout(db: PgPool) {
    let events = Events::start_with(db, &[("REQUEST_TIMEOUT", "1")]).await;
    let mut stream = events.stream().await;
    let start = tokio::time::Instant::now();
    stream.next().await.expect("an opening");
    for _ in 0..3 {
        let beat = stream.next().await.expect("a heartbeat");
        assert_eq!((beat.comment.as_deref(), beat.event.as_deref()), (Some("heartbeat"), None));
    }
    assert!(start.elapsed().as_secs() >= 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_members_get_a_stream(db: PgPool) {
    let events = Events::start(db).await;
    let (path, client) = (events.path(""), &events.client);
    client.get(&path).await.assert_problem(401, "unauthenticated");
    let outsider = events.platform.user("outsider@example.org").await;
    client.as_user(&outsider).get(&path).await.assert_problem(404, "not_found");
    let unverified = events.platform.unverified_user("unverified@example.org").await;
    client.as_user(&unverified).get(&path).await.assert_problem(403, "email_not_verified");
    let root = events.platform.super_admin("root@example.org").await;
    for user in [&events.admin, &events.reviewer, &root] {
        client.as_user(user).get(&path).await.assert_status(200);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_malformed_event_id_and_a_future_event_id_are_refused(db: PgPool) {
    let events = Events::start(db).await;
    let client = events.client.as_user(&events.reviewer);
    for invalid in ["x", "1", "1-", "-1-1", "1-1-1", "9000000000000000000-1"] {
        let answer = client.get(&events.path(&format!("&last_event_id={invalid}"))).await;
        assert_eq!(
            answer.assert_problem(422, "invalid_fields").invalid_fields(),
            ["last_event_id"],
            "{invalid}"
        );
        let answer = client.with("last-event-id", invalid).get(&events.path("")).await;
        answer.assert_problem(400, "malformed");
    }
    let answer = client.get("/events?last_event_id=x&from=y").await;
    let faults = ["from", "last_event_id", "project_id"];
    assert_eq!(answer.assert_problem(422, "invalid_fields").invalid_fields(), faults);
    // The header takes precedence, because a browser updates it but not the URL.
    let path = events.path("&last_event_id=9000000000000000000-1");
    client.with("last-event-id", "0-0").get(&path).await.assert_status(200);
    client.with("last-event-id", "").get(&events.path("")).await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_streams_of_a_user_and_of_an_instance_are_limited(db: PgPool) {
    let limits = [("EVENT_STREAMS_PER_USER", "2"), ("EVENT_STREAMS_PER_INSTANCE", "3")];
    let events = Events::start_with(db, &limits).await;
    let path = events.path("");
    let refused = async |user, limit: &str| {
        let answer = events.client.as_user(user).get(&path).await;
        answer.assert_problem(429, "quota_exceeded");
        assert_eq!(
            (answer.body["limit"].as_str(), &answer.headers["retry-after"]),
            (Some(limit), &"30".parse().expect("a value"))
        );
    };
    let (first, resumed) = (events.stream().await, events.stream_after("0-0").await);
    refused(&events.reviewer, "event_streams_per_user").await;
    let ticket = format!("&ticket={}", events.ticket().await);
    events.client.get(&events.path(&ticket)).await.assert_problem(429, "quota_exceeded");

    let authorization = [("authorization", format!("Bearer {}", events.admin.token))];
    let admins = events.open(&path, &authorization).await;
    refused(&events.admin, "event_streams_per_instance").await;
    drop((first, resumed));
    let again = events.stream().await;
    drop((admins, again));
}

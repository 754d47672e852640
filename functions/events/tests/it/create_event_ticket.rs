use serde_json::{Value, json};
use shared::testing::TestUser;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::Events;

impl Events {
    async fn assert_ticket_refused(&self, path: &str) {
        self.client.get(path).await.assert_problem(401, "ticket_invalid");
    }

    fn with_ticket(&self, ticket: &str) -> String {
        self.path(&format!("&ticket={ticket}"))
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_ticket_opens_the_stream_any_number_of_times_for_an_hour(db: PgPool) {
    let events = Events::start(db).await;
    let before = events.platform.clock.now();
    let body = json!({"project_id": events.project});
    let created = events.client.as_user(&events.reviewer).post("/events/tickets", body).await;
    created.assert_status(201);
    assert_eq!(created.headers["cache-control"], "no-store");
    let expires_at = created.body["expires_at"].as_str().expect("a time");
    let life = OffsetDateTime::parse(expires_at, &Rfc3339).expect("a time") - before;
    assert!((Duration::minutes(60)..Duration::minutes(61)).contains(&life), "{life}");
    let ticket = created.body["ticket"].as_str().expect("a ticket");
    assert_eq!(ticket.len(), 43);

    let path = events.with_ticket(ticket);
    let mut stream = events.open(&path, &[]).await;
    let item = events.draft().await;
    let event = stream.next_event().await.expect("an event");
    assert_eq!(event.item(), item);
    drop(stream);
    let after = events.draft().await;
    let mut again = events.open(&path, &[("last-event-id", event.id().to_owned())]).await;
    assert_eq!(again.next_event().await.expect("an event").item(), after);

    events.platform.clock.advance(Duration::minutes(61));
    events.assert_ticket_refused(&path).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_ticket_is_stored_only_as_a_hash(db: PgPool) {
    let events = Events::start(db).await;
    let ticket = events.ticket().await;
    assert_ne!(ticket, events.ticket().await);
    let rows: Vec<Value> = sqlx::query_scalar("select to_jsonb(event_tickets) from event_tickets")
        .fetch_all(&events.platform.db)
        .await
        .expect("tickets");
    assert_eq!(rows.len(), 2);
    assert!(!format!("{rows:?}").contains(&ticket));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_invalid_ticket_and_a_ticket_of_another_project_are_refused(db: PgPool) {
    let events = Events::start(db).await;
    let other = events.platform.project(&events.reviewer).await;
    let ticket = events.ticket().await;
    for invalid in ["", "made-up", &ticket[1..], &ticket.to_lowercase()] {
        events.assert_ticket_refused(&events.with_ticket(invalid)).await;
    }
    events.assert_ticket_refused(&format!("/events?project_id={other}&ticket={ticket}")).await;
    // A ticket takes precedence over a bearer token.
    let path = events.with_ticket("made-up");
    let signed_in = events.client.as_user(&events.reviewer).get(&path).await;
    signed_in.assert_problem(401, "ticket_invalid");
    let long = events.client.get(&events.with_ticket(&"x".repeat(65))).await;
    assert_eq!(long.assert_problem(422, "invalid_fields").invalid_fields(), ["ticket"]);
    let both = events.with_ticket(&format!("{ticket}&ticket={ticket}"));
    assert_eq!(events.client.get(&both).await.status, 422);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_ticket_grants_no_more_access_than_its_session_and_its_user_have(db: PgPool) {
    let events = Events::start(db).await;
    let statements = [
        ("update sessions set revoked_at = now() where user_id = $1", 401, "ticket_invalid"),
        ("update sessions set revoked_at = null where user_id = $1", 200, ""),
        ("update users set suspended_at = now() where id = $1", 401, "ticket_invalid"),
        ("update users set suspended_at = null where id = $1", 200, ""),
        ("update users set email_verified_at = null where id = $1", 403, "email_not_verified"),
        ("update users set email_verified_at = now() where id = $1", 200, ""),
        ("delete from project_members where user_id = $1", 404, "not_found"),
    ];
    let path = events.with_ticket(&events.ticket().await);
    for (statement, status, code) in statements {
        events.platform.change(statement, events.reviewer.id.0).await;
        let answer = events.client.get(&path).await;
        match code {
            "" => drop(answer.assert_status(status)),
            code => drop(answer.assert_problem(status, code)),
        }
    }
    let root = events.platform.super_admin("root@example.org").await;
    let body = json!({"project_id": events.project});
    let ticket = events.client.as_user(&root).post("/events/tickets", body).await;
    let ticket = ticket.assert_status(201).body["ticket"].as_str().expect("a ticket").to_owned();
    events.client.get(&events.with_ticket(&ticket)).await.assert_status(200);
    events.platform.change("update projects set deleted_at = now() where id = $1", events.project.0).await;
    events.client.get(&events.with_ticket(&ticket)).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_members_get_a_ticket(db: PgPool) {
    let events = Events::start(db).await;
    let post = async |user: Option<&TestUser>, body: Value| {
        let client = user.map_or_else(|| events.client.clone(), |user| events.client.as_user(user));
        client.post("/events/tickets", body).await
    };
    let body = json!({"project_id": events.project});
    post(None, body.clone()).await.assert_problem(401, "unauthenticated");
    let outsider = events.platform.user("outsider@example.org").await;
    post(Some(&outsider), body.clone()).await.assert_problem(404, "not_found");
    let unverified = events.platform.unverified_user("unverified@example.org").await;
    post(Some(&unverified), body).await.assert_problem(403, "email_not_verified");
    let invalid = post(Some(&events.reviewer), json!({"project": 1})).await;
    assert_eq!(invalid.assert_problem(422, "invalid_fields").invalid_fields(), ["project", "project_id"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_client_address_cannot_try_tickets_without_limit(db: PgPool) {
    let events = Events::start_with(db, &[("EVENT_TICKETS_PER_ADDRESS_PER_MINUTE", "3")]).await;
    let from = |address: &str| events.client.with("x-forwarded-for", address);
    for _ in 0..3 {
        let answer = from("203.0.113.1").get(&events.with_ticket("guess")).await;
        answer.assert_problem(401, "ticket_invalid");
    }
    let refused = from("203.0.113.1").get(&events.with_ticket("guess")).await;
    refused.assert_problem(429, "too_many_requests");
    assert!(refused.headers.contains_key("retry-after"), "{:?}", refused.headers);
    let ticket = events.ticket().await;
    from("203.0.113.2").get(&events.with_ticket(&ticket)).await.assert_status(200);
    // A bearer token is verified without the database.
    let path = events.path("");
    from("203.0.113.1").as_user(&events.reviewer).get(&path).await.assert_status(200);
}

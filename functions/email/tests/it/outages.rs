use serde_json::json;
use shared::{
    base::ids::EventId,
    cloud::{events::EmailRequested, names::Topic, outbox},
    testing::{envelope, eventually},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::support::{Email, PATH};

impl Email {
    /// Returns the number of events that the function returned to the outbox.
    async fn postponed(&self) -> i64 {
        self.platform.count("select count(*) from outbox where attributes ->> 'event_id' <> id::text").await
    }

    /// Publishes the events that are due, as the sweep of `maintenance` does. Returns their number.
    async fn republish(&self) -> usize {
        let due = outbox::lease(&self.platform.db, self.platform.clock.now(), 100).await.expect("rows");
        self.platform.outbox(None).publish(due).await.expect("a number")
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn events_are_kept_while_the_mail_server_is_down(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::Verification { verification_id: email.registration().await };
    email.inbox.stop().await;
    let id = EventId::new();
    email.deliver(id, &event).await.assert_status(204);
    assert_eq!((email.deliveries().await, email.postponed().await), (0, 1));
    let health = email.client.get("/health").await;
    assert_eq!(health.assert_status(503).body["dependencies"][1]["name"], "smtp");
    email.client.get("/health/live").await.assert_status(200);

    email.inbox.start().await.expect("the mail server");
    email.client.get("/health").await.assert_status(200);
    assert_eq!(email.republish().await, 0, "the pause has not ended");
    email.platform.clock.advance(Duration::seconds(31));
    assert_eq!(email.republish().await, 1);
    let messages = email.platform.messages(Topic::EmailRequested.name()).await;
    let [(attributes, data)] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!(attributes["event_id"], json!(id), "consumers recognize the event by its id");
    email.client.post(PATH, envelope("2", attributes, data)).await.assert_status(204);
    assert_eq!((email.mails().len(), email.deliveries().await), (1, 1));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_pause_of_a_mail_grows_until_the_event_becomes_a_dead_letter(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::AccountExists { user_id: email.user };
    email.inbox.stop().await;
    let id = EventId::new();
    for (later, pause) in [(0, 30), (300, 300), (1500, 1800), (5400, 3600), (86_400, 3600)] {
        email.platform.clock.advance(Duration::seconds(later));
        email.deliver(id, &event).await.assert_status(204);
        let next: OffsetDateTime =
            email.platform.value("select next_attempt_at from outbox order by id desc limit 1").await;
        let next = next - email.platform.clock.now();
        assert!((next - Duration::seconds(pause)).abs() < Duration::minutes(1), "{pause}: {next}");
    }
    email.platform.clock.advance(Duration::days(3));
    let answer = email.deliver(id, &event).await;
    answer.assert_problem(503, "unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    assert!(!answer.body.to_string().to_lowercase().contains("connection"), "{}", answer.body);
    assert_eq!(email.postponed().await, 5);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_mails_arrive_when_the_mail_server_is_back(db: PgPool) {
    let email = Email::start(db).await;
    email.subscribe().await;
    let verification_id = email.registration().await;
    // The first mail leaves a connection open when the server goes down.
    let first = email.announce(&EmailRequested::Verification { verification_id }).await;
    email.mail().await;
    email.inbox.stop().await;
    let mut expected = vec![format!("{first}@alta.test")];
    for _ in 0..5 {
        let id = email.announce(&EmailRequested::AccountExists { user_id: email.user }).await;
        expected.push(format!("{id}@alta.test"));
    }
    eventually("the failures", async || (email.postponed().await == 5).then_some(())).await;
    email.inbox.start().await.expect("the mail server");
    email.platform.clock.advance(Duration::minutes(2));
    assert!(email.republish().await >= 5);
    eventually("all mails", async || (email.deliveries().await == 6).then_some(())).await;
    let mut arrived: Vec<String> = email.mails().into_iter().filter_map(|mail| mail.message_id).collect();
    arrived.sort();
    expected.sort();
    assert_eq!(arrived, expected);
    assert!(email.platform.events::<EmailRequested>().await.len() >= 6 + 5);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_server_that_fails_verification_gets_no_mail(db: PgPool) {
    for (variable, value) in
        [("SMTP_CA_CERTIFICATE", ""), ("SMTP_PASSWORD", "another password"), ("SMTP_TLS", "none")]
    {
        let email = Email::start_with(db.clone(), &[(variable, value)]).await;
        let event = EmailRequested::AccountExists { user_id: email.user };
        email.deliver(EventId::new(), &event).await.assert_status(204);
        assert_eq!((email.mails().len(), email.deliveries().await), (0, 0), "{variable}");
        assert!(email.postponed().await > 0, "{variable}");
        email.platform.change("update users set deleted_at = now() where id = $1", email.user.0).await;
    }
}

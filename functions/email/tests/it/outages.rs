use serde_json::json;
use shared::{
    base::{config::Settings as _, ids::EventId, text::EmailAddress},
    cloud::{events::EmailRequested, names::Topic, outbox},
    identity::mail_caps::{MailCapSettings, MailCaps},
    testing::{envelope, eventually},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

use crate::support::{ADA, Email, PATH};

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

/// Starts a mail server that refuses each recipient, and names the person in its reply. Returns its port.
async fn refusing_server() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (reader, mut writer) = stream.split();
            writer.write_all(b"220 mail.test\r\n").await.expect("a client");
            let mut lines = BufReader::new(reader).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let refused = line.starts_with("RCPT");
                let reply =
                    if refused { "451 <ada@example.org>: Ada Lovelace is away" } else { "250 mail.test" };
                writer.write_all(format!("{reply}\r\n").as_bytes()).await.expect("a client");
            }
        }
    });
    port.to_string()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_cause_of_a_failure_contains_nothing_that_the_mail_server_says_about_a_person(db: PgPool) {
    let port = refusing_server().await;
    let variables = [
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "none"),
        ("SMTP_USERNAME", ""),
        ("SMTP_CA_CERTIFICATE", ""),
    ];
    let email = Email::start_with(db, &variables).await;
    let event = EmailRequested::AccountExists { user_id: email.user };
    let id = EventId::new();
    // The last attempt.
    email.platform.clock.advance(Duration::days(4));
    email.deliver(id, &event).await.assert_problem(429, "too_many_requests");
    let cause: String = email.platform.value("select cause from delivery_errors").await;
    assert_eq!(cause, "the mail server replied 451");
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
    assert_eq!(health.assert_status(200).body["status"], "degraded");
    assert_eq!(health.body["dependencies"][1]["name"], "smtp");
    email.client.get("/health/ready").await.assert_status(200);

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
    answer.assert_problem(429, "too_many_requests");
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
    let first = email.record(&EmailRequested::Verification { verification_id }).await;
    email.mail().await;
    email.inbox.stop().await;
    let mut expected = vec![format!("{first}@alta.test")];
    for _ in 0..5 {
        let id = email.record(&EmailRequested::AccountExists { user_id: email.user }).await;
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
async fn a_mail_that_is_permanently_refused_is_tried_once_and_recorded_without_the_address(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::AccountExists { user_id: email.user };
    let (server, syntax) = (EventId::new(), EventId::new());
    email.inbox.refuse(ADA, Some(550));
    email.deliver(server, &event).await.assert_status(204);
    email.inbox.refuse(ADA, None);
    let invalid = "update users set email = 'a..b@example.org' where id = $1";
    email.platform.change(invalid, email.user.0).await;
    email.deliver(syntax, &event).await.assert_status(204);
    email.platform.change("update users set email = 'ada@example.org' where id = $1", email.user.0).await;
    for id in [server, syntax] {
        email.deliver(id, &event).await.assert_status(204);
    }
    assert_eq!(email.mails().len(), 0);

    let codes = "select array_agg(smtp_refusal_code order by smtp_refusal_code) from mail_deliveries";
    assert_eq!(email.platform.value::<Vec<i32>>(codes).await, [550, 553]);
    let rows: String = email
        .platform
        .value(
            "select string_agg(found::text, ' ') from (
                 select to_jsonb(mail_deliveries) as found from mail_deliveries
                 union all select to_jsonb(mail_counts) from mail_counts
                 union all select to_jsonb(delivery_errors) from delivery_errors
             ) as rows",
        )
        .await;
    assert!(!rows.contains("example"), "{rows}");
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 1, "a later mail is sent");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_refusal_counts_towards_the_recipients_cap(db: PgPool) {
    let email = Email::start(db).await;
    let ada = EmailAddress::parse(ADA).expect("an address");
    let settings = email.platform.env().with("RECIPIENT_MAILS_PER_HOUR", "3");
    let caps = MailCaps::new(&MailCapSettings::from_env(&settings).expect("settings"));
    let admitted = async || {
        let mut db = email.platform.db.acquire().await.expect("a connection");
        caps.admit_request(&mut db, &ada, email.platform.clock.now()).await.expect("an answer")
    };
    assert!(admitted().await);
    email.inbox.refuse(ADA, Some(550));
    let id = EventId::new();
    for _ in 0..2 {
        let event = EmailRequested::AccountExists { user_id: email.user };
        email.deliver(id, &event).await.assert_status(204);
    }
    assert!(admitted().await, "a redelivery does not count");
    assert!(!admitted().await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_mail_that_is_refused_for_now_is_tried_again(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::AccountExists { user_id: email.user };
    let id = EventId::new();
    email.inbox.refuse(ADA, Some(450));
    email.deliver(id, &event).await.assert_status(204);
    assert_eq!((email.deliveries().await, email.postponed().await), (0, 1));
    email.inbox.refuse(ADA, None);
    email.deliver(id, &event).await.assert_status(204);
    assert_eq!((email.mails().len(), email.deliveries().await), (1, 1));
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

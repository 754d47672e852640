//! What these tests share.

use std::{net::SocketAddr, time::Duration};

use local_smtp::{Credentials, Inbox, Message, Settings};
use serde_json::json;
use shared::{
    base::{
        clock::Clock,
        config::{Env, Settings as _},
        ids::{EventId, UserId, VerificationId},
    },
    cloud::{
        events::EmailRequested,
        outbox::{Outbox, PubSubSettings},
    },
    identity::mail_token::{MailTokenSettings, MailTokens, Purpose},
    testing::{self, Client, Platform, TestResponse, envelope},
};
use sqlx::PgPool;

pub(crate) const PATH: &str = "/events/email-requested";
pub(crate) const ADA: &str = "ada@example.org";

/// `email`, a mail server, and somebody who registered.
pub(crate) struct Email {
    pub(crate) platform: Platform,
    pub(crate) inbox: Inbox,
    pub(crate) client: Client,
    pub(crate) user: UserId,
    address: SocketAddr,
}

impl Email {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, |env| env).await
    }

    pub(crate) async fn start_with(db: PgPool, change: impl FnOnce(Env) -> Env) -> Self {
        let platform = Platform::start(db).await;
        let credentials = Credentials { username: "alta".to_owned(), password: "a password".to_owned() };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = Settings::new(platform.data_dir().join("mails"), listen, Some(credentials));
        let inbox = Inbox::open(settings).await.expect("a mail server");
        let env = platform
            .env()
            .with("SMTP_HOST", "localhost")
            .with("SMTP_PORT", inbox.smtp_addr().port().to_string())
            .with("SMTP_CA_CERTIFICATE", inbox.ca_pem())
            .with("SMTP_USERNAME", "alta")
            .with("SMTP_PASSWORD", "a password")
            .with("MAIL_FROM", "Alta Data <no-reply@alta.test>")
            .with("FRONTEND_URL", "https://app.test");
        let service = shared::function::service::<email::Email>(&change(env), platform.clock.clone())
            .expect("the function");
        let router = service.router();
        let client = platform.client(router.clone()).with("authorization", &platform.push_authorization());
        let address = testing::serve(router).await;
        let user = platform.unverified_user(ADA).await.id;
        Self { platform, inbox, client, user, address }
    }

    /// Lets Pub/Sub push the events that are published.
    pub(crate) async fn subscribe(&self) {
        self.platform.subscribe::<email::Email>(self.address).await;
    }

    /// A registration that waits for its link to be opened.
    pub(crate) async fn registration(&self) -> VerificationId {
        let settings = MailTokenSettings::from_env(&self.platform.env()).expect("settings");
        let id = VerificationId::new();
        let derived = MailTokens::new(&settings).expect("keys").derive(Purpose::Verification, id.0);
        let inserted = sqlx::query(
            "insert into email_verification_tokens
                 (id, user_id, password_hash, key_id, token_hash, expires_at, created_at)
             values ($1, $2, 'hash', $3, $4, '2031-05-04 09:30:00Z', now())",
        )
        .bind(id)
        .bind(self.user)
        .bind(derived.key_id)
        .bind(derived.hash)
        .execute(&self.platform.db)
        .await;
        inserted.expect("a registration");
        id
    }

    /// Delivers an event.
    pub(crate) async fn deliver(&self, id: EventId, event: &EmailRequested) -> TestResponse {
        let attributes = json!({"event_id": id, "event_version": "1"});
        self.client.post(PATH, envelope("1", &attributes, &serde_json::to_vec(event).expect("JSON"))).await
    }

    /// Announces an event as its writer does.
    pub(crate) async fn announce(&self, event: &EmailRequested) -> EventId {
        let settings = PubSubSettings::from_env(&self.platform.env()).expect("settings");
        let outbox = Outbox::new(self.platform.db.clone(), Clock::default(), &settings).expect("an outbox");
        let mut tx = outbox.begin().await.expect("a transaction");
        let id = tx.record(event).await.expect("an event");
        tx.commit().await.expect("a commit");
        id
    }

    /// The mail that arrives at Ada's.
    pub(crate) async fn mail(&self) -> Message {
        self.inbox.wait_for(ADA, |_| true, Duration::from_secs(30)).await.expect("a mail")
    }

    pub(crate) fn mails(&self) -> Vec<Message> {
        self.inbox.messages(None)
    }

    pub(crate) async fn deliveries(&self) -> i64 {
        let count =
            sqlx::query_scalar("select count(*) from mail_deliveries").fetch_one(&self.platform.db).await;
        count.expect("a count")
    }
}

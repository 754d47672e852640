//! Test helpers: the function, a mail server and a registered user.

use std::{net::SocketAddr, time::Duration};

use local_smtp::{Credentials, Inbox, Message, Settings};
use serde_json::{Value, json};
use shared::{
    base::ids::{EventId, UserId, VerificationId},
    cloud::events::EmailRequested,
    identity::mail_token::Purpose,
    testing::{self, Client, Platform, TestResponse, envelope},
};
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) const PATH: &str = "/events/email-requested";
pub(crate) const ADA: &str = "ada@example.org";

/// `email`, a mail server, and the registered user Ada.
pub(crate) struct Email {
    pub(crate) platform: Platform,
    pub(crate) inbox: Inbox,
    pub(crate) client: Client,
    pub(crate) user: UserId,
    address: SocketAddr,
}

impl Email {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts with some variables overridden.
    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let platform = Platform::start(db).await;
        let credentials = Credentials { username: "alta".to_owned(), password: "a password".to_owned() };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = Settings::new(platform.data_dir().join("mails"), listen, Some(credentials));
        let inbox = Inbox::open(settings).await.expect("a mail server");
        let (port, ca) = (inbox.smtp_addr().port().to_string(), inbox.ca_pem());
        let own = [
            ("SMTP_HOST", "localhost"),
            ("SMTP_PORT", &port),
            ("SMTP_CA_CERTIFICATE", ca),
            ("SMTP_USERNAME", "alta"),
            ("SMTP_PASSWORD", "a password"),
            ("MAIL_FROM", "Alta Data <no-reply@alta.test>"),
            ("FRONTEND_URL", "https://app.test"),
        ];
        let router = platform.router_of::<email::Email>(&[&own[..], variables].concat());
        let client = platform.client(router.clone()).with("authorization", &platform.push_authorization());
        let address = testing::serve(router).await;
        let user = platform.unverified_user(ADA).await.id;
        Self { platform, inbox, client, user, address }
    }

    /// Subscribes the function, so that Pub/Sub pushes published events to it.
    pub(crate) async fn subscribe(&self) {
        self.platform.subscribe::<email::Email>(self.address).await;
    }

    /// Inserts a row into a table of links, and returns the token hash in it.
    pub(crate) async fn link(&self, table: &str, purpose: Purpose, id: Uuid, mut row: Value) -> Vec<u8> {
        let derived = self.platform.mail_tokens().derive(purpose, id);
        row["id"] = json!(id);
        row["key_id"] = json!(derived.key_id);
        row["token_hash"] = json!(format!("\\x{}", hex::encode(&derived.hash)));
        row["expires_at"] = json!("2031-05-04T09:30:00Z");
        row["created_at"] = json!("now");
        self.platform.insert(table, row).await;
        derived.hash
    }

    /// Inserts the verification link of an unverified registration.
    pub(crate) async fn registration(&self) -> VerificationId {
        let id = VerificationId::new();
        let row = json!({"user_id": self.user, "password_hash": "hash"});
        self.link("email_verification_tokens", Purpose::Verification, id.0, row).await;
        id
    }

    /// Delivers an event as Pub/Sub does.
    pub(crate) async fn deliver(&self, id: EventId, event: &EmailRequested) -> TestResponse {
        let attributes = json!({"event_id": id, "event_version": "1"});
        self.client.post(PATH, envelope("1", &attributes, &serde_json::to_vec(event).expect("JSON"))).await
    }

    /// Publishes an event through the outbox.
    pub(crate) async fn record(&self, event: &EmailRequested) -> EventId {
        let mut tx = self.platform.outbox(None).begin().await.expect("a transaction");
        let id = tx.record(event).await.expect("an event");
        tx.commit().await.expect("a commit");
        id
    }

    /// Waits for the mail to Ada.
    pub(crate) async fn mail(&self) -> Message {
        self.inbox.wait_for(ADA, |_| true, Duration::from_secs(30)).await.expect("a mail")
    }

    pub(crate) fn mails(&self) -> Vec<Message> {
        self.inbox.messages(None)
    }

    pub(crate) async fn deliveries(&self) -> i64 {
        self.platform.count("select count(*) from mail_deliveries").await
    }
}

/// Returns the token of the link that starts with `start`.
pub(crate) fn token<'a>(text: &'a str, start: &str) -> &'a str {
    text.split(start).nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link")
}

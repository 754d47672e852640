//! Raw tokens, passwords and mail bodies must not be stored, published or logged. The test runs a full account journey,
//! then searches the database, all published messages and the log.

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use local_smtp::{Inbox, Settings};
use serde_json::{Value, json};
use shared::{
    cloud::names::Topic,
    testing::{self, Client, Platform, TestResponse},
};
use sqlx::PgPool;

const EMAIL: &str = "ada@example.org";
const PASSWORDS: [&str; 3] = ["the first phrase 8341", "the second phrase 7719", "the third phrase 2205"];
const WRONG_GUESS: &str = "a wrong guess 5512";
/// A sentence of each mail.
const SENTENCES: [&str; 4] = [
    "Someone registered an account",
    "Someone requested a new password",
    "The password of your account",
    "Someone signed in to your account",
];

/// The log of all crates, down to the debug level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics while holding it").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("the only log of this process");
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panics while holding it")).into_owned()
    }
}

struct Journey {
    platform: Platform,
    inbox: Inbox,
    auth: Client,
    users: Client,
    secrets: Vec<(String, String)>,
}

impl Journey {
    async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let settings = Settings::new(platform.data_dir().join("mails"), listen, None);
        let inbox = Inbox::open(settings).await.expect("a mail server");
        let env = platform
            .env()
            .with("SMTP_HOST", "localhost")
            .with("SMTP_PORT", inbox.smtp_addr().port().to_string())
            .with("SMTP_CA_CERTIFICATE", inbox.ca_pem())
            .with("MAIL_FROM", "Alta Data <no-reply@alta.test>")
            .with("FRONTEND_URL", "https://app.test");
        let email = platform.router_with::<email::Email>(&env);
        platform.subscribe::<email::Email>(testing::serve(email).await).await;
        let auth = platform.router_with::<auth::Auth>(&env);
        let users = platform.router_with::<users::Users>(&env);
        let (auth, users) = (platform.client(auth), platform.client(users));
        let mut secrets: Vec<_> =
            PASSWORDS.iter().map(|password| ("a password".to_owned(), (*password).to_owned())).collect();
        secrets.push(("a wrong guess".to_owned(), WRONG_GUESS.to_owned()));
        Self { platform, inbox, auth, users, secrets }
    }

    /// The token in the mail with this subject.
    async fn mailed(&mut self, subject: &str) -> String {
        let mail = self.inbox.wait_for(EMAIL, |mail| mail.subject == subject, Duration::from_secs(30)).await;
        let text = mail.expect("a mail").text;
        let (_, rest) = text.split_once("?token=").expect("a link");
        let token = rest.split_whitespace().next().expect("a token").to_owned();
        self.secrets.push((format!("the token of {subject:?}"), token.clone()));
        token
    }

    async fn post(&self, path: &str, body: Value, status: u16) -> TestResponse {
        let answer = self.auth.post(path, body).await;
        answer.assert_status(status);
        answer
    }

    fn keep(&mut self, answer: &TestResponse) -> (String, String) {
        let token = |name: &str| answer.body[name].as_str().expect("a token").to_owned();
        let (access, refresh) = (token("access_token"), token("refresh_token"));
        self.secrets.push(("an access token".to_owned(), access.clone()));
        self.secrets.push(("a refresh token".to_owned(), refresh.clone()));
        (access, refresh)
    }

    async fn login(&mut self, password: &str, user_agent: &str) -> (String, String) {
        let body = json!({"email": EMAIL, "password": password});
        let answer = self.auth.with("user-agent", user_agent).post("/auth/login", body).await;
        answer.assert_status(200);
        self.keep(&answer)
    }

    /// Runs the account journey: every request that handles a secret.
    async fn run(&mut self) {
        self.post("/auth/register", json!({"email": EMAIL, "password": PASSWORDS[0]}), 202).await;
        let token = self.mailed("Confirm your address").await;
        self.post("/auth/verify-email/resend", json!({"email": EMAIL}), 202).await;
        self.auth.get(&format!("/auth/verify-email?token={token}")).await.assert_status(200);
        self.post("/auth/register", json!({"email": EMAIL, "password": PASSWORDS[2]}), 202).await;
        self.post("/auth/login", json!({"email": EMAIL, "password": WRONG_GUESS}), 401).await;
        self.platform.clock.advance(time::Duration::seconds(2));
        let (access, refresh) = self.login(PASSWORDS[0], "one").await;
        let refreshed = self.post("/auth/refresh", json!({"refresh_token": refresh}), 200).await;
        self.keep(&refreshed);
        let signed_in = self.auth.with("authorization", &format!("Bearer {access}"));
        for (password, status) in [(WRONG_GUESS, 401), (PASSWORDS[0], 200)] {
            let answer = signed_in.post("/auth/reauthenticate", json!({"password": password})).await;
            answer.assert_status(status);
        }
        self.login(PASSWORDS[0], "another").await;

        self.post("/auth/password/forgot", json!({"email": EMAIL}), 202).await;
        let token = self.mailed("Set a new password").await;
        self.post("/auth/password/reset", json!({"token": token, "password": PASSWORDS[1]}), 204).await;
        self.post("/auth/password/reset", json!({"token": token, "password": PASSWORDS[1]}), 400).await;
        let (access, _) = self.login(PASSWORDS[1], "one").await;
        let client = self.users.with("authorization", &format!("Bearer {access}"));
        let change = json!({"current_password": PASSWORDS[1], "new_password": PASSWORDS[2]});
        client.post("/users/me/password", change).await.assert_status(204);
        client.get("/users/me/export").await.assert_status(200);
        // A request with an unknown field is rejected, and its content must not be repeated either.
        self.post("/auth/login", json!({"email": EMAIL, "password": WRONG_GUESS, "x": WRONG_GUESS}), 422)
            .await;
        self.post("/auth/password/reset", json!({"token": token, "password": [PASSWORDS[1]]}), 422).await;
        let old = json!({"refresh_token": refresh});
        self.post("/auth/refresh", old, 401).await;
        for subject in ["A new sign-in", "Your password was changed"] {
            let sent = self.inbox.wait_for(EMAIL, |mail| mail.subject == subject, Duration::from_secs(30));
            assert!(sent.await.is_some(), "{subject}");
        }
    }
}

/// Every row of every table.
pub(crate) async fn rows(db: &PgPool) -> String {
    let tables: Vec<String> =
        sqlx::query_scalar("select table_name from information_schema.tables where table_schema = 'public'")
            .fetch_all(db)
            .await
            .expect("tables");
    let mut text = String::new();
    for table in tables {
        let query = format!("select coalesce(string_agg(to_jsonb(t)::text, e'\n'), '') from {table} as t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(db).await.expect("rows");
        text.push_str(&rows);
    }
    text
}

/// Every published message.
pub(crate) async fn messages(platform: &Platform) -> String {
    let mut text = String::new();
    for topic in Topic::ALL {
        for (attributes, data) in platform.messages(topic.name()).await {
            text.push_str(&format!("{attributes} {}\n", String::from_utf8_lossy(&data)));
        }
    }
    text
}

/// A secret in every encoding in which it could be stored.
fn forms(secret: &str) -> Vec<String> {
    let mut forms =
        vec![secret.to_owned(), hex::encode(secret), secret.replace(' ', "+"), secret.replace(' ', "%20")];
    // The bytes that a token encodes, and those of each part of a JWT.
    let parts = secret.split('.').filter(|part| part.len() > 40);
    forms.extend(parts.filter_map(|part| URL_SAFE_NO_PAD.decode(part).ok()).map(hex::encode));
    forms
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn no_secret_is_stored_published_or_logged(db: PgPool) {
    let log = Log::start();
    let mut journey = Journey::start(db).await;
    journey.run().await;
    let places = [
        ("the database", rows(&journey.platform.db).await, EMAIL),
        ("the published messages", messages(&journey.platform).await, "\"mail\":\"verification\""),
        ("the log", log.text(), "a mail was sent"),
    ];
    for (place, text, known) in &places {
        assert!(text.contains(known), "{place} was not searched: it lacks {known:?}");
        for (name, secret) in &journey.secrets {
            for form in forms(secret) {
                assert!(!text.contains(&form), "{place} holds {name}: {form}");
            }
        }
        for sentence in SENTENCES {
            assert!(!text.contains(sentence), "{place} contains the body of a mail: {sentence:?}");
        }
    }
    assert!(journey.secrets.len() >= 14, "{}", journey.secrets.len());
}

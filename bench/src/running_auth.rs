//! `auth` as a process, with the database at `DATABASE_URL` and its own Pub/Sub stand-in.

use std::time::Instant;

use local_identity::Identity;
use local_pubsub::PubSub;
use shared::{
    cloud::names::Topic,
    identity::passwords::{PasswordSettings, Passwords},
};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    Result,
    process::{Connection, Process, environment, free_port},
};

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The running function.
pub(crate) struct RunningAuth {
    pub(crate) process: Process,
    pub(crate) db: PgPool,
    port: u16,
    _data: TempDir,
}

impl RunningAuth {
    pub(crate) async fn start(hash_concurrency: usize) -> Result<Self> {
        let database_url = std::env::var("DATABASE_URL").map_err(|_| "bench needs `local with-postgres`")?;
        let db = PgPool::connect(&database_url).await?;
        migrations::migrate(&db).await?;
        let data = tempfile::tempdir()?;
        let pubsub = start_pubsub(&data).await?;
        let mut environment = environment()?;
        environment.retain(|(name, _)| name != "DATABASE_URL");
        let unlimited = "1000000000";
        let more = [
            ("DATABASE_URL", database_url.as_str()),
            ("PUBSUB_ENDPOINT", &pubsub),
            ("PASSWORD_HASH_CONCURRENCY", &hash_concurrency.to_string()),
            ("RATE_LIMIT_ADDRESS_PER_MINUTE", unlimited),
            ("RATE_LIMIT_ACCOUNT_PER_MINUTE", unlimited),
            ("RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE", unlimited),
            ("RECIPIENT_MAILS_PER_HOUR", unlimited),
            ("RECIPIENT_MAILS_PER_DAY", unlimited),
            ("SENDER_MAILS_PER_HOUR", unlimited),
            ("SENDER_MAILS_PER_DAY", unlimited),
        ];
        environment.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let port = free_port().await?;
        let binary = std::env::current_exe()?.parent().ok_or("no folder")?.join("auth");
        let mut process = Process::start(&binary, port, &environment)?;
        process.answers(port, Instant::now()).await?;
        Ok(Self { process, db, port, _data: data })
    }

    /// Creates verified accounts `{name}{number}@example.org`.
    pub(crate) async fn accounts(&self, name: &str, count: i32) -> Result<()> {
        let passwords = Passwords::new(&PasswordSettings { concurrency: 1 });
        let hash = passwords.hash(&PASSWORD.into()).await.map_err(|problem| problem.cause())?;
        sqlx::query(
            "insert into users (id, email, password_hash, password_id, email_verified_at, created_at)
             select gen_random_uuid(), $1 || number || '@example.org', $2, gen_random_uuid(), now(), now()
             from generate_series(1, $3) as number",
        )
        .bind(name)
        .bind(hash)
        .bind(count)
        .execute(&self.db)
        .await?;
        Ok(())
    }

    /// Sends a request and returns the JSON of its response.
    pub(crate) async fn post(&self, path: &str, body: &serde_json::Value) -> Result<serde_json::Value> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let request = reqwest::Client::new().post(url).header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }

    /// Opens a connection to the function.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        Connection::open(self.port).await
    }
}

async fn start_pubsub(data: &TempDir) -> Result<String> {
    let pubsub = PubSub::open(local_pubsub::Settings {
        data_dir: data.path().join("pubsub"),
        identity: Identity::generate("https://accounts.bench")?,
        project: "bench".into(),
    })?;
    for topic in Topic::ALL {
        pubsub.create_topic(topic.name()).await?;
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, pubsub.router()).await });
    Ok(endpoint)
}

//! The test harness: a local cloud for each test, users with sessions, and HTTP clients.
//!
//! A test gets its own database from `#[sqlx::test]` and its own Pub/Sub and Cloud Storage from [`Platform::start`].
//! As in production, functions find both through environment variables.

mod client;
mod contract;
mod events;
mod items;
mod lambda;
mod other_cluster;
mod people;
mod plans;
mod pooler;
mod processing;
mod redis_server;
mod rows;
mod statements;

use std::{net::SocketAddr, path::PathBuf, sync::OnceLock, time::Duration};

use axum::Router;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use local_identity::Identity;
use local_pubsub::{OidcToken, PubSub, PushConfig};
use local_storage::Storage;
use secrecy::ExposeSecret as _;
use sqlx::{ConnectOptions as _, PgPool};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

pub use client::{Client, TestResponse};
pub use contract::{Contract, describe};
pub use events::envelope;
pub use items::{Transition, transition};
pub use lambda::Lambda;
pub use other_cluster::OtherCluster;
pub use people::TestUser;
pub use pooler::Pooler;
pub use processing::{Processing, finalized, sample};
pub use redis_server::RedisServer;
pub use rows::{insert, rfc3339};
pub use statements::Statements;

use crate::{
    base::{
        clock::Clock,
        config::{Env, Settings as _},
    },
    cloud::{
        names,
        outbox::{Outbox, PubSubSettings},
    },
    function::{self, Function},
    identity::{
        access_token,
        mail_token::{MailTokenSettings, MailTokens, Purpose},
    },
};

/// The Google Cloud project used in tests.
const PROJECT: &str = "alta-test";
/// The uploads bucket used in tests.
pub const BUCKET: &str = "alta-test-uploads";
/// The bucket that batch operations write their output to.
pub const RESULTS_BUCKET: &str = "alta-test-results";
/// The bucket that project exports are written to.
pub const EXPORTS_BUCKET: &str = "alta-test-exports";
const ISSUER: &str = "https://accounts.test";

/// Keys shared by all tests, because they are slow to generate.
struct Keys {
    identity: Identity,
    signing_key: String,
    jwks: String,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let signing_key = access_token::generate_key().expect("a signing key");
        let jwks = access_token::public_jwks(&signing_key).expect("its public half");
        Keys { identity: Identity::generate(ISSUER).expect("an identity"), signing_key, jwks }
    })
}

/// The local cloud of a test.
pub struct Platform {
    /// The database of the test.
    pub db: PgPool,
    /// The clock of everything built by the platform.
    pub clock: Clock,
    /// The Cloud Storage stand-in.
    pub storage: Storage,
    /// The Pub/Sub stand-in.
    pub pubsub: PubSub,
    /// The events delivered to the subscriber of the test.
    events: events::Received,
    env: Env,
    data: TempDir,
}

impl Platform {
    /// Starts a local cloud for the test's database.
    ///
    /// # Panics
    /// When a stand-in does not start.
    pub async fn start(db: PgPool) -> Self {
        let keys = keys();
        let data = tempfile::tempdir().expect("a temporary folder");
        let pubsub = PubSub::open(local_pubsub::Settings {
            data_dir: data.path().join("pubsub"),
            identity: keys.identity.clone(),
            project: PROJECT.into(),
        })
        .expect("Pub/Sub");
        let (storage, storage_address) = start_storage(data.path().join("storage"), &pubsub).await;
        let pubsub_address = serve(pubsub.router()).await;
        let issuer_address = serve(local_pubsub::oidc_router(keys.identity.clone())).await;
        let events = events::Received::default();
        let receiver = serve(events.router()).await;
        for topic in names::Topic::ALL {
            pubsub.create_topic(topic.name()).await.expect("a topic");
            let push = push_config(format!("http://{receiver}/{}", topic.name()), "test");
            let subscription = subscription(&format!("test-{}", topic.name()), topic.name(), push);
            pubsub.create_subscription(subscription).await.expect("a subscription");
        }
        let database_url = database_url(&db, "alta_functions");
        let env = Env::from_iter([
            ("DATABASE_URL", database_url),
            ("TRUSTED_PROXY_HOPS", "1".into()),
            ("CORS_ORIGINS", "https://app.test".into()),
            ("PUBSUB_PROJECT", PROJECT.into()),
            ("PUBSUB_ENDPOINT", format!("http://{pubsub_address}")),
            ("STORAGE_ENDPOINT", format!("http://{storage_address}")),
            ("UPLOADS_BUCKET", BUCKET.into()),
            ("RESULTS_BUCKET", RESULTS_BUCKET.into()),
            ("EXPORTS_BUCKET", EXPORTS_BUCKET.into()),
            ("GOOGLE_SERVICE_ACCOUNT_KEY", keys.identity.key_json()),
            ("ACCESS_TOKEN_ISSUER", "https://api.test".into()),
            ("ACCESS_TOKEN_JWKS", keys.jwks.clone()),
            ("ACCESS_TOKEN_SIGNING_KEY", keys.signing_key.clone()),
            ("REFRESH_TOKEN_KEY", STANDARD.encode([1; 32])),
            ("MAIL_TOKEN_KEYS", format!("k1:{}", STANDARD.encode([2; 32]))),
            ("AUDIT_SEAL_KEY", STANDARD.encode([3; 32])),
            ("CURSOR_KEYS", format!("k1:{}", STANDARD.encode([4; 32]))),
            ("PASSKEY_RP_ID", "app.test".into()),
            ("PASSKEY_ORIGINS", "https://app.test".into()),
            // All requests of a test come from one address, or from none.
            ("RATE_LIMIT_ADDRESS_PER_MINUTE", "1000000".into()),
            ("RATE_LIMIT_ACCOUNT_PER_MINUTE", "1000000".into()),
            ("RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE", "1000000".into()),
            ("RECIPIENT_MAILS_PER_HOUR", "1000000".into()),
            ("RECIPIENT_MAILS_PER_DAY", "1000000".into()),
            ("SENDER_MAILS_PER_HOUR", "1000000".into()),
            ("SENDER_MAILS_PER_DAY", "1000000".into()),
            ("PUSH_AUDIENCE", "test".into()),
            ("PUSH_SERVICE_ACCOUNT", keys.identity.email().into()),
            ("PUSH_ISSUER", ISSUER.into()),
            ("PUSH_JWKS_URL", format!("http://{issuer_address}/oauth2/v3/certs")),
        ]);
        Self { db, clock: Clock::default(), storage, pubsub, events, env, data }
    }

    /// Returns the environment for any function.
    #[must_use]
    pub fn env(&self) -> Env {
        self.env.clone()
    }

    /// Returns the environment for a function, with its own database role.
    #[must_use]
    pub fn env_of<F: Function>(&self) -> Env {
        self.env_as(F::DATABASE_ROLE)
    }

    /// Returns the environment for a function that connects to the database with this role.
    #[must_use]
    pub fn env_as(&self, database_role: &str) -> Env {
        self.env().with("DATABASE_URL", database_url(&self.db, database_role))
    }

    /// Returns the router of a function, with some variables set differently.
    ///
    /// # Panics
    /// When a variable is invalid.
    pub fn router_of<F: Function>(&self, variables: &[(&str, &str)]) -> Router {
        let env = variables.iter().fold(self.env_of::<F>(), |env, (name, value)| env.with(name, *value));
        self.router_with::<F>(&env)
    }

    /// Returns the router of a function with any environment.
    ///
    /// # Panics
    /// When a variable is invalid.
    pub fn router_with<F: Function>(&self, env: &Env) -> Router {
        contract::describe(F::NAME, function::openapi::<F>);
        function::service::<F>(env, self.clock.clone()).expect("the function").router()
    }

    /// Returns an unauthenticated client of a function, with some variables set differently.
    ///
    /// # Panics
    /// When a variable is invalid.
    pub fn client_of<F: Function>(&self, variables: &[(&str, &str)]) -> Client {
        self.client(self.router_of::<F>(variables))
    }

    /// Returns a client that a function accepts as Pub/Sub or Cloud Scheduler.
    ///
    /// # Panics
    /// When a variable is invalid.
    pub fn push_client_of<F: Function>(&self, variables: &[(&str, &str)]) -> Client {
        self.client_of::<F>(variables).with("authorization", &self.push_authorization())
    }

    /// Returns an outbox that publishes to Pub/Sub at `endpoint`, by default the stand-in of the platform.
    ///
    /// # Panics
    /// When the endpoint is not a URL.
    #[must_use]
    pub fn outbox(&self, endpoint: Option<&str>) -> Outbox {
        let env = self.env();
        let env = endpoint.map_or(env.clone(), |endpoint| env.with("PUBSUB_ENDPOINT", endpoint));
        let settings = PubSubSettings::from_env(&env).expect("settings");
        Outbox::new(self.db.clone(), self.clock.clone(), &settings).expect("an outbox")
    }

    /// Returns the generator of tokens in mailed links.
    ///
    /// # Panics
    /// When the keys are invalid.
    #[must_use]
    pub fn mail_tokens(&self) -> MailTokens {
        let settings = MailTokenSettings::from_env(&self.env).expect("settings");
        MailTokens::new(&settings).expect("keys")
    }

    /// Returns the token in a mailed link.
    ///
    /// # Panics
    /// When the key is missing.
    #[must_use]
    pub fn mailed_token(&self, purpose: Purpose, row: Uuid) -> String {
        let token = self.mail_tokens().token("k1", purpose, row).expect("a token");
        token.expose_secret().to_owned()
    }

    /// Returns the identity that signs push deliveries and all other tokens of the local cloud.
    #[must_use]
    pub fn identity(&self) -> &'static Identity {
        identity()
    }

    /// Returns a folder that is deleted after the test.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.data.path().to_owned()
    }

    /// Returns an unauthenticated client of a router.
    #[must_use]
    pub fn client(&self, router: Router) -> Client {
        client(router)
    }

    /// Creates the subscriptions of a function that listens on `address`.
    ///
    /// # Panics
    /// When Pub/Sub refuses a subscription.
    pub async fn subscribe<F: Function>(&self, address: SocketAddr) {
        for declared in F::subscriptions() {
            let push = push_config(format!("http://{address}{}", declared.path), "test");
            let subscription = local_pubsub::Subscription {
                filter: declared.filter.clone().unwrap_or_default(),
                ..subscription(&declared.name(F::NAME), declared.topic.name(), push)
            };
            self.pubsub.create_subscription(subscription).await.expect("a subscription");
        }
    }

    /// Returns the `Authorization` header of a push delivery from Pub/Sub.
    #[must_use]
    pub fn push_authorization(&self) -> String {
        let identity = self.identity();
        format!("Bearer {}", identity.id_token("test", identity.email()))
    }
}

/// Returns the URL of the test's database for sessions with the permissions of a role.
fn database_url(db: &PgPool, role: &str) -> String {
    let mut url = db.connect_options().to_url_lossy();
    url.query_pairs_mut().append_pair("options[role]", role);
    url.to_string()
}

/// Returns an unauthenticated client of a router.
#[must_use]
pub fn client(router: Router) -> Client {
    Client::new(router)
}

/// Returns the error that stops a function from starting with these variables.
///
/// # Panics
/// When the function starts.
#[must_use]
pub fn start_error<F: Function>(env: &Env) -> String {
    function::service::<F>(env, Clock::default()).err().expect("an error").to_string()
}

/// Returns the identity shared by all platforms.
#[must_use]
pub fn identity() -> &'static Identity {
    &keys().identity
}

/// Serves a router on a free port and returns its address.
///
/// # Panics
/// When no port is free.
pub async fn serve(router: Router) -> SocketAddr {
    serve_on(listen().await, router)
}

async fn listen() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.expect("a port")
}

fn serve_on(listener: TcpListener, router: Router) -> SocketAddr {
    let address = listener.local_addr().expect("an address");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Calls `probe` until it returns a value, and returns that value. Use it to wait for background work.
///
/// # Panics
/// When there is no value within 30 seconds.
pub async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found)
        .await
        .unwrap_or_else(|_| panic!("timed out waiting for: {what}"))
}

async fn start_storage(data_dir: PathBuf, pubsub: &PubSub) -> (Storage, SocketAddr) {
    let bucket = |name: &str, topic: Option<names::Topic>| {
        let notification = |topic: names::Topic| local_storage::NotificationConfig {
            topic: topic.name().into(),
            object_name_prefix: None,
        };
        local_storage::Bucket {
            name: name.into(),
            notifications: topic.into_iter().map(notification).collect(),
        }
    };
    let listener = listen().await;
    let settings = local_storage::Settings {
        data_dir,
        endpoint: format!("http://{}", listener.local_addr().expect("an address")),
        identity: keys().identity.clone(),
        cors_origins: vec!["https://app.test".into()],
        buckets: vec![
            bucket(BUCKET, Some(names::Topic::Uploads)),
            bucket(RESULTS_BUCKET, Some(names::Topic::Results)),
            bucket(EXPORTS_BUCKET, None),
        ],
        now: std::sync::Arc::new(system_time),
    };
    let pubsub = pubsub.clone();
    let notifier: local_storage::Notifier = std::sync::Arc::new(move |notification| {
        let pubsub = pubsub.clone();
        Box::pin(async move {
            let published =
                pubsub.publish(&notification.topic, notification.attributes, notification.data).await;
            published.map(|_| ()).map_err(|error| error.to_string())
        })
    });
    let storage = Storage::open(settings, notifier).await.expect("storage");
    let address = serve_on(listener, storage.router());
    (storage, address)
}

#[allow(clippy::disallowed_methods, reason = "signed URLs expire by the system's time")]
fn system_time() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

fn push_config(push_endpoint: String, audience: &str) -> PushConfig {
    let service_account_email = keys().identity.email().to_owned();
    let oidc_token = Some(OidcToken { service_account_email, audience: audience.to_owned() });
    PushConfig { push_endpoint, oidc_token, ..PushConfig::default() }
}

fn subscription(name: &str, topic: &str, push: PushConfig) -> local_pubsub::Subscription {
    local_pubsub::Subscription {
        name: name.to_owned(),
        topic: topic.to_owned(),
        push_config: Some(push),
        ack_deadline_seconds: names::ACK_DEADLINE_SECONDS,
        ..local_pubsub::Subscription::default()
    }
}

//! The services around functions that run as processes: Pub/Sub, Cloud Storage, Document AI, Speech-to-Text and a mail
//! server, all in this process.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{Router, body::Bytes, extract::Request, http::StatusCode, middleware, middleware::Next};
use functions::FUNCTIONS;
use futures::future::BoxFuture;
use local_documentai::DocumentAi;
use local_identity::Identity;
use local_pubsub::{DeadLetterPolicy, Faults, OidcToken, PubSub, PushConfig, RetryPolicy};
use local_smtp::{Credentials, Inbox};
use local_speech::Speech;
use local_storage::{Attributes, Bucket, NotificationConfig, Storage};
use shared::{
    base::config::Env,
    cloud::names::{self, Topic},
    items::ObjectName,
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    Result, process,
    relay::{self, Relay},
};

const ISSUER: &str = "https://accounts.bench";
const PROJECT: &str = "bench";
/// The audience of the tokens of every push and scheduled call.
const AUDIENCE: &str = "bench";
pub(crate) const UPLOADS_BUCKET: &str = "bench-uploads";
const RESULTS_BUCKET: &str = "bench-results";
const EXPORTS_BUCKET: &str = "bench-exports";
const PROCESSOR: &str = "projects/bench/locations/eu/processors/1";

/// Changes an output shard of a batch before it is written.
pub(crate) type Enrich = fn(Vec<u8>) -> Vec<u8>;

/// The services, and the environment that points functions to them.
pub(crate) struct Cloud {
    pub(crate) pubsub: PubSub,
    pub(crate) storage: Storage,
    pub(crate) ai: DocumentAi,
    pub(crate) speech: Speech,
    pub(crate) calls: Arc<Calls>,
    pub(crate) inbox: Inbox,
    pub(crate) relay: Relay,
    identity: Identity,
    environment: Vec<(String, String)>,
    _data: TempDir,
}

/// Counts the calls to Document AI by their result.
#[derive(Default)]
pub(crate) struct Calls {
    online: AtomicU64,
    batches: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl Calls {
    /// The number of synchronous calls.
    pub(crate) fn online(&self) -> u64 {
        self.online.load(Ordering::Relaxed)
    }

    /// The number of calls that start a batch operation.
    pub(crate) fn batches(&self) -> u64 {
        self.batches.load(Ordering::Relaxed)
    }

    /// The number of calls that the quota refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// The number of calls that failed.
    pub(crate) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    fn counted(self: &Arc<Self>, router: Router) -> Router {
        let calls = Arc::clone(self);
        router.layer(middleware::from_fn(move |request: Request, next: Next| {
            let calls = Arc::clone(&calls);
            async move {
                let path = request.uri().path();
                let kind = [(":process", &calls.online), (":batchProcess", &calls.batches)];
                if let Some((_, count)) = kind.iter().find(|(method, _)| path.ends_with(method)) {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                let answer = next.run(request).await;
                if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                    calls.refused.fetch_add(1, Ordering::Relaxed);
                } else if answer.status().is_server_error() {
                    calls.failed.fetch_add(1, Ordering::Relaxed);
                }
                answer
            }
        }))
    }
}

impl Cloud {
    /// Starts all services. The functions reach the database at `database_url`.
    pub(crate) async fn start(database_url: &str, enrich: Option<Enrich>) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let identity = Identity::generate(ISSUER)?;
        let pubsub = PubSub::open(local_pubsub::Settings {
            data_dir: data.path().join("pubsub"),
            identity: identity.clone(),
            project: PROJECT.into(),
        })?;
        for topic in Topic::ALL {
            pubsub.create_topic(topic.name()).await?;
        }
        let (storage, storage_endpoint) = start_storage(data.path(), &identity, &pubsub).await?;
        let ai = DocumentAi::new(engine(data.path(), &identity, &storage, enrich));
        let folder = data.path().join("speech");
        let mut speech = local_speech::Settings::new(identity.clone(), resolve(&storage), 2, folder);
        speech.write = Some(write(&storage, None));
        let speech = Speech::open(speech)?;
        let calls = Arc::new(Calls::default());
        let credentials = Credentials { username: "bench".into(), password: "bench".into() };
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let inbox = local_smtp::Settings::new(data.path().join("inbox"), listen, Some(credentials.clone()));
        let inbox = Inbox::open(inbox).await?;
        let relay = Relay::start().await?;
        let endpoints = [
            ("DATABASE_URL", database_url.to_owned()),
            ("PUBSUB_ENDPOINT", serve(pubsub.router()).await?),
            ("STORAGE_ENDPOINT", storage_endpoint),
            ("DOCUMENTAI_ENDPOINT", serve(calls.counted(ai.router())).await?),
            ("SPEECH_ENDPOINT", serve(speech.router()).await?),
            ("PUSH_JWKS_URL", {
                let issuer = serve(local_pubsub::oidc_router(identity.clone())).await?;
                format!("{issuer}/oauth2/v3/certs")
            }),
            ("PUSH_ISSUER", ISSUER.into()),
            ("PUSH_AUDIENCE", AUDIENCE.into()),
            ("PUSH_SERVICE_ACCOUNT", identity.email().to_owned()),
            ("GOOGLE_SERVICE_ACCOUNT_KEY", identity.key_json()),
            ("SMTP_HOST", "localhost".into()),
            ("SMTP_PORT", inbox.smtp_addr().port().to_string()),
            ("SMTP_CA_CERTIFICATE", inbox.ca_pem().to_owned()),
            ("SMTP_USERNAME", credentials.username),
            ("SMTP_PASSWORD", credentials.password),
            ("RECIPIENT_MAILS_PER_HOUR", "1000000".into()),
            ("RECIPIENT_MAILS_PER_DAY", "1000000".into()),
            ("SENDER_MAILS_PER_HOUR", "1000000".into()),
            ("SENDER_MAILS_PER_DAY", "1000000".into()),
            ("PROJECTS_PER_USER", "1000000".into()),
            ("OPEN_INVITATIONS_PER_USER", "1000000".into()),
            ("OPEN_DRAFTS_PER_USER", "1000000".into()),
            ("ITEMS_PER_USER_AND_DAY", "1000000".into()),
            ("BYTES_PER_USER_AND_DAY", "1000000000000000".into()),
            ("EXPORTS_IN_PROGRESS_PER_USER", "1000".into()),
            ("SEARCHES_PER_USER_AND_MINUTE", "1000000".into()),
            ("EVENT_STREAMS_PER_USER", "1000000".into()),
            ("EVENT_STREAMS_PER_INSTANCE", "1000000".into()),
        ];
        let mut environment = process::environment()?;
        environment.retain(|(name, _)| endpoints.iter().all(|(replaced, _)| replaced != name));
        environment.extend(endpoints.map(|(name, value)| (name.to_owned(), value)));
        Ok(Self { pubsub, storage, ai, speech, calls, inbox, relay, identity, environment, _data: data })
    }

    /// Sets a variable of the functions that start later.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(set, _)| set != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The environment of a function. No function connects with the role that migrates.
    pub(crate) fn environment(&self, function: &str) -> Result<Vec<(String, String)>> {
        let function =
            functions::named(function).ok_or_else(|| format!("no function is called {function}"))?;
        let mut environment = self.environment.clone();
        for (_, url) in environment.iter_mut().filter(|(name, _)| name == "DATABASE_URL") {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str("options%5Brole%5D=");
            url.push_str(function.database_role);
        }
        Ok(environment)
    }

    /// The same environment, for settings that this process reads.
    pub(crate) fn env(&self) -> Env {
        self.environment.iter().cloned().collect()
    }

    /// A token as Pub/Sub and Cloud Scheduler send it.
    pub(crate) fn push_token(&self) -> String {
        self.identity.id_token(AUDIENCE, self.identity.email())
    }

    /// Creates the subscriptions of these functions as in the cloud, with backoff and dead letters.
    pub(crate) async fn subscribe(&self, functions: &[&str], faults: &Faults) -> Result<()> {
        let seconds = |seconds: u32| Some(Duration::from_secs(seconds.into()));
        for (function, wanted) in subscriptions().filter(|(function, _)| functions.contains(function)) {
            let name = wanted.name(function);
            let subscription = local_pubsub::Subscription {
                name: name.clone(),
                topic: wanted.topic.name().to_owned(),
                push_config: Some(PushConfig {
                    push_endpoint: self.relay.url(function, wanted.path),
                    oidc_token: Some(OidcToken {
                        service_account_email: self.identity.email().to_owned(),
                        audience: AUDIENCE.to_owned(),
                    }),
                    ..PushConfig::default()
                }),
                ack_deadline_seconds: names::ACK_DEADLINE_SECONDS,
                filter: wanted.filter.clone().unwrap_or_default(),
                dead_letter_policy: wanted.has_dead_letters().then(|| DeadLetterPolicy {
                    dead_letter_topic: Topic::DeadLetters.name().to_owned(),
                    max_delivery_attempts: names::MAX_DELIVERY_ATTEMPTS,
                }),
                retry_policy: Some(RetryPolicy {
                    minimum_backoff: seconds(names::MINIMUM_BACKOFF_SECONDS),
                    maximum_backoff: seconds(names::MAXIMUM_BACKOFF_SECONDS),
                }),
                ..local_pubsub::Subscription::default()
            };
            self.pubsub.create_subscription(subscription).await?;
            self.pubsub.set_faults(&name, faults.clone())?;
        }
        Ok(())
    }

    /// The number of messages that are not delivered yet.
    pub(crate) fn outstanding(&self) -> usize {
        let names = subscriptions().map(|(function, subscription)| subscription.name(function));
        names.filter_map(|name| self.pubsub.outstanding(&name).ok()).sum()
    }

    /// Writes the object of an upload, which publishes its event. Returns the generation.
    pub(crate) async fn upload(&self, object: &ObjectName, bytes: impl Into<Bytes>) -> Result<i64> {
        let (name, attributes) = (object.to_string(), Attributes::default());
        Ok(self.storage.create_object(UPLOADS_BUCKET, &name, attributes, bytes.into()).await?.generation)
    }
}

/// Every subscription, with the name of its function.
fn subscriptions() -> impl Iterator<Item = (&'static str, names::Subscription)> {
    FUNCTIONS.iter().flat_map(|function| {
        function.subscriptions().into_iter().map(|subscription| (function.name, subscription))
    })
}

/// Serves a router on a free port. Returns the base URL.
pub(crate) async fn serve(router: Router) -> Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    relay::spawn(listener, router);
    Ok(endpoint)
}

async fn start_storage(data: &Path, identity: &Identity, pubsub: &PubSub) -> Result<(Storage, String)> {
    let bucket = |name: &str, topic: Option<Topic>| {
        let notification =
            |topic: Topic| NotificationConfig { topic: topic.name().to_owned(), object_name_prefix: None };
        Bucket { name: name.to_owned(), notifications: topic.into_iter().map(notification).collect() }
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    #[allow(clippy::disallowed_methods, reason = "the cloud has a clock of its own")]
    let now = Arc::new(SystemTime::now);
    let settings = local_storage::Settings {
        data_dir: data.join("storage"),
        endpoint: endpoint.clone(),
        identity: identity.clone(),
        cors_origins: Vec::new(),
        buckets: vec![
            bucket(UPLOADS_BUCKET, Some(Topic::Uploads)),
            bucket(RESULTS_BUCKET, Some(Topic::Results)),
            bucket(EXPORTS_BUCKET, None),
        ],
        now,
    };
    let pubsub = pubsub.clone();
    let notifier: local_storage::Notifier = Arc::new(move |notification| {
        let pubsub = pubsub.clone();
        Box::pin(async move {
            let published =
                pubsub.publish(&notification.topic, notification.attributes, notification.data).await;
            published.map(|_| ()).map_err(|error| error.to_string())
        })
    });
    let storage = Storage::open(settings, notifier).await?;
    relay::spawn(listener, storage.router());
    Ok((storage, endpoint))
}

fn engine(
    data: &Path,
    identity: &Identity,
    storage: &Storage,
    enrich: Option<Enrich>,
) -> local_documentai::Settings {
    let mut settings = local_documentai::Settings::new(identity.clone(), resolve(storage), 2);
    settings.write = Some(write(storage, enrich));
    settings.processor = Some(PROCESSOR.to_owned());
    settings.work_folder = data.to_owned();
    settings
}

/// Returns a function with which an engine reads objects.
fn resolve(storage: &Storage) -> local_speech::Resolve {
    let storage = storage.clone();
    Arc::new(move |uri| {
        let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
        let found = named.and_then(|(bucket, object)| storage.open_object(bucket, object, None));
        Box::pin(async move { found.map(|(_, path)| path) })
    })
}

/// Returns a function with which an engine writes objects.
fn write(storage: &Storage, enrich: Option<Enrich>) -> local_speech::Write {
    let storage = storage.clone();
    Arc::new(move |uri, bytes, _| -> BoxFuture<'static, _> {
        let (storage, uri) = (storage.clone(), uri.to_owned());
        Box::pin(async move {
            let bytes = enrich.map_or_else(|| bytes.clone(), |enrich| enrich(bytes.clone()));
            let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
            let (bucket, object) = named.ok_or("not the address of an object")?;
            let created = storage.create_object(bucket, object, Attributes::default(), bytes.into()).await;
            created.map(|_| ()).map_err(|error| error.to_string())
        })
    })
}

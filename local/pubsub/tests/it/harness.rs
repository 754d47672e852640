//! A running Pub/Sub on a port, its official clients, and a receiver that records pushes.

use std::{
    collections::BTreeMap,
    future::Future,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use google_cloud_auth::credentials::{Credentials, service_account};
use google_cloud_pubsub::client::{Publisher, SubscriptionAdmin, TopicAdmin};
use local_identity::Identity;
use local_pubsub::{OidcToken, PubSub, PushConfig, Settings, Subscription, oidc_router};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub(crate) const PROJECT: &str = "alta-local";
pub(crate) const EMAIL: &str = "pusher@alta-local.iam.gserviceaccount.com";
const TIME_LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn topic_name(id: &str) -> String {
    format!("projects/{PROJECT}/topics/{id}")
}

pub(crate) fn subscription_name(id: &str) -> String {
    format!("projects/{PROJECT}/subscriptions/{id}")
}

/// Serves a router on its own port until dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(router: Router) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port"), router)
    }

    pub(crate) fn on(listener: TcpListener, router: Router) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("a running server") });
        Self { url, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) struct Cloud {
    pub(crate) pubsub: PubSub,
    pub(crate) identity: Identity,
    pub(crate) api: Server,
    pub(crate) issuer: Server,
    pub(crate) folder: TempDir,
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let identity = Identity::generate(&issuer).expect("a key");
        let issuer = Server::on(listener, oidc_router(identity.clone()));
        let folder = TempDir::new().expect("a folder");
        let pubsub = open(folder.path(), &identity);
        let api = Server::start(pubsub.router()).await;
        Self { pubsub, identity, api, issuer, folder }
    }

    /// Shuts down and starts again on the same folder.
    pub(crate) async fn restart(&mut self) {
        self.pubsub.shutdown().await;
        self.pubsub = open(self.folder.path(), &self.identity);
        self.api = Server::start(self.pubsub.router()).await;
    }

    pub(crate) fn credentials(&self) -> Credentials {
        credentials(&self.identity)
    }

    pub(crate) async fn publisher(&self, topic: &str) -> Publisher {
        Publisher::builder(topic_name(topic))
            .with_endpoint(&self.api.url)
            .with_credentials(self.credentials())
            .set_message_count_threshold(1_u32)
            .build()
            .await
            .expect("a publisher")
    }

    pub(crate) async fn topic_admin(&self) -> TopicAdmin {
        TopicAdmin::builder()
            .with_endpoint(&self.api.url)
            .with_credentials(self.credentials())
            .build()
            .await
            .expect("a client")
    }

    pub(crate) async fn subscription_admin(&self) -> SubscriptionAdmin {
        SubscriptionAdmin::builder()
            .with_endpoint(&self.api.url)
            .with_credentials(self.credentials())
            .build()
            .await
            .expect("a client")
    }

    /// Creates a topic and a subscription of the same name that pushes to `endpoint`.
    pub(crate) async fn subscribe(&self, name: &str, endpoint: &str) -> Subscription {
        self.subscribe_with(name, endpoint, |_| ()).await
    }

    pub(crate) async fn subscribe_with(
        &self,
        name: &str,
        endpoint: &str,
        adjust: impl FnOnce(&mut Subscription),
    ) -> Subscription {
        self.pubsub.create_topic(name).await.expect("a topic");
        let mut subscription = Subscription {
            name: name.to_owned(),
            topic: name.to_owned(),
            push_config: Some(push_to(endpoint)),
            ..Subscription::default()
        };
        adjust(&mut subscription);
        self.pubsub.create_subscription(subscription).await.expect("a subscription")
    }

    pub(crate) async fn publish(&self, topic: &str, data: &str) -> String {
        self.pubsub.publish(topic, BTreeMap::new(), data).await.expect("a published message")
    }

    pub(crate) fn outstanding(&self, subscription: &str) -> usize {
        self.pubsub.outstanding(subscription).expect("the subscription exists")
    }
}

pub(crate) fn open(folder: &Path, identity: &Identity) -> PubSub {
    PubSub::open(settings(folder, identity)).expect("a Pub/Sub")
}

pub(crate) fn settings(folder: &Path, identity: &Identity) -> Settings {
    Settings { data_dir: folder.to_owned(), identity: identity.clone(), project: PROJECT.to_owned() }
}

pub(crate) fn credentials(identity: &Identity) -> Credentials {
    let key = serde_json::from_str(&identity.key_json()).expect("JSON");
    service_account::Builder::new(key).build().expect("credentials")
}

pub(crate) fn push_to(endpoint: &str) -> PushConfig {
    let oidc = OidcToken { service_account_email: EMAIL.to_owned(), audience: String::new() };
    PushConfig { push_endpoint: endpoint.to_owned(), oidc_token: Some(oidc), ..PushConfig::default() }
}

/// A received push.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) at: Instant,
}

impl Push {
    pub(crate) fn id(&self) -> String {
        self.body["message"]["messageId"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn data(&self) -> String {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let data = STANDARD.decode(self.body["message"]["data"].as_str().expect("data")).expect("base64");
        String::from_utf8(data).expect("text")
    }

    pub(crate) fn attribute(&self, key: &str) -> Option<&str> {
        self.body["message"]["attributes"][key].as_str()
    }
}

/// A receiver's reply to a push.
#[derive(Clone, Copy)]
pub(crate) enum Reply {
    Status(u16),
    /// No response at all.
    Hang,
}

#[derive(Clone)]
struct Recorder {
    pushes: Arc<Mutex<Vec<Push>>>,
    count: watch::Sender<usize>,
}

/// An HTTP server that records each push and replies depending on the number of earlier pushes.
pub(crate) struct Receiver {
    pub(crate) server: Server,
    recorder: Recorder,
}

impl Receiver {
    pub(crate) async fn start(reply: impl Fn(usize) -> Reply + Clone + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port"), reply)
    }

    pub(crate) fn on(
        listener: TcpListener,
        reply: impl Fn(usize) -> Reply + Clone + Send + Sync + 'static,
    ) -> Self {
        let recorder = Recorder { pushes: Arc::default(), count: watch::Sender::new(0) };
        let shared_recorder = recorder.clone();
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (recorder, reply) = (recorder.clone(), reply.clone());
            async move {
                let body = serde_json::from_slice(&body).expect("a push is JSON");
                let before = {
                    let mut pushes = recorder.pushes.lock().expect("not poisoned");
                    pushes.push(Push { headers, body, at: Instant::now() });
                    pushes.len() - 1
                };
                recorder.count.send_modify(|count| *count = (*count).max(before + 1));
                match reply(before) {
                    Reply::Status(status) => StatusCode::from_u16(status).expect("a status"),
                    Reply::Hang => std::future::pending().await,
                }
            }
        });
        Self { server: Server::on(listener, router), recorder: shared_recorder }
    }

    pub(crate) async fn acknowledging() -> Self {
        Self::start(|_| Reply::Status(204)).await
    }

    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    pub(crate) fn pushes(&self) -> Vec<Push> {
        self.recorder.pushes.lock().expect("not poisoned").clone()
    }

    /// Waits for `count` pushes and returns all received so far.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Push> {
        let mut counted = self.recorder.count.subscribe();
        within(counted.wait_for(|received| *received >= count)).await.expect("a running receiver");
        self.pushes()
    }
}

/// Awaits a future that must complete, with a time limit.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIME_LIMIT, work).await.expect("completion in time")
}

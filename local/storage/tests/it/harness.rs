//! A storage on a free port, with an adjustable clock and a notifier that records notifications.

use std::{
    path::PathBuf,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use google_cloud_auth::{credentials::service_account::Builder, signer::Signer};
use google_cloud_storage::{builder::storage::SignedUrlBuilder, client::Storage as Client};
use http::Method;
use local_identity::Identity;
use local_storage::{Bucket, Clock, Notification, NotificationConfig, Notifier, Settings, Storage};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub(crate) const BUCKET: &str = "uploads";
pub(crate) const RESOURCE: &str = "projects/_/buckets/uploads";
pub(crate) const ORIGIN: &str = "http://localhost:8080";
pub(crate) const TOPIC: &str = "projects/p/topics/uploads";

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| Identity::generate("http://issuer").expect("a key"));
static FOLDERS: AtomicUsize = AtomicUsize::new(0);

/// A folder that is removed at the end of a test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("local-storage-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the folder for temporary files does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The delivered notifications, and the number of deliveries still to reject.
#[derive(Clone, Default)]
pub(crate) struct Mailbox {
    delivered: Arc<Mutex<Vec<Notification>>>,
    pub(crate) refusals: Arc<AtomicUsize>,
}

impl Mailbox {
    pub(crate) fn notifier(&self) -> Notifier {
        let mailbox = self.clone();
        Arc::new(move |notification| {
            let mailbox = mailbox.clone();
            Box::pin(async move {
                let left = mailbox
                    .refusals
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                if left.is_ok() {
                    return Err("rejected by the test".to_owned());
                }
                mailbox.delivered.lock().unwrap_or_else(PoisonError::into_inner).push(notification);
                Ok(())
            })
        })
    }

    pub(crate) fn delivered(&self) -> Vec<Notification> {
        self.delivered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for `count` notifications.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Notification> {
        wait_for(async || {
            let delivered = self.delivered();
            (delivered.len() >= count).then_some(delivered)
        })
        .await
    }
}

/// A running storage.
pub(crate) struct Cloud {
    pub(crate) storage: Storage,
    pub(crate) endpoint: String,
    pub(crate) mailbox: Mailbox,
    pub(crate) http: reqwest::Client,
    pub(crate) folder: Arc<Folder>,
    offset: Arc<AtomicI64>,
    server: JoinHandle<()>,
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        Self::start_in(Arc::new(Folder::new()), Mailbox::default()).await
    }

    pub(crate) async fn start_in(folder: Arc<Folder>, mailbox: Mailbox) -> Self {
        let offset = Arc::new(AtomicI64::new(0));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let settings =
            Settings { endpoint: endpoint.clone(), ..settings(folder.0.clone(), clock(offset.clone())) };
        let storage = Storage::open(settings, mailbox.notifier()).await.expect("a storage");
        let router = storage.router();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("a server") });
        Self { storage, endpoint, mailbox, http: reqwest::Client::new(), folder, offset, server }
    }

    /// Starts again on the same folder, like a new process.
    pub(crate) async fn restart(self) -> Self {
        let (folder, mailbox) = (self.folder.clone(), Mailbox::default());
        drop(self);
        Self::start_in(folder, mailbox).await
    }

    /// Moves the storage's clock by `seconds`.
    pub(crate) fn advance_clock(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn signer(&self) -> Signer {
        let key = serde_json::from_str(&IDENTITY.key_json()).expect("a key file");
        Builder::new(key).build_signer().expect("a signer")
    }

    /// Returns a URL signed by the official client, valid for an hour.
    pub(crate) async fn sign(&self, method: Method, object: &str, headers: &[(&str, &str)]) -> String {
        let mut builder = SignedUrlBuilder::for_object(RESOURCE, object)
            .with_method(method)
            .with_expiration(Duration::from_secs(3600))
            .with_endpoint(&self.endpoint);
        for (name, value) in headers {
            builder = builder.with_header(*name, *value);
        }
        builder.sign_with(&self.signer()).await.expect("a signed URL")
    }

    /// Signs and sends a request with its headers.
    pub(crate) async fn send(
        &self,
        method: Method,
        object: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> reqwest::Response {
        let url = self.sign(method.clone(), object, headers).await;
        send(&self.http, method, &url, headers, body).await
    }

    /// Returns the official client with the service account's key.
    pub(crate) async fn client(&self) -> Client {
        let key = serde_json::from_str(&IDENTITY.key_json()).expect("a key file");
        let credentials = Builder::new(key).build().expect("credentials");
        Client::builder()
            .with_endpoint(&self.endpoint)
            .with_credentials(credentials)
            .build()
            .await
            .expect("a client")
    }

    /// Builds a request to the JSON API with a bearer token.
    pub(crate) fn json(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.endpoint)).bearer_auth(bearer())
    }

    /// Reads an object's bytes from disk.
    pub(crate) fn content(&self, object: &str) -> Vec<u8> {
        let (_, path) = self.storage.open_object(BUCKET, object, None).expect("an object");
        std::fs::read(path).expect("the object's data")
    }

    /// Sends raw bytes and returns the start of the response.
    pub(crate) async fn raw(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.expect("a sent request");
        read_response(&mut stream).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.host()).await.expect("a connection")
    }

    pub(crate) fn host(&self) -> &str {
        self.endpoint.trim_start_matches("http://")
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) async fn send(
    http: &reqwest::Client,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> reqwest::Response {
    let mut request = http.request(method, url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("a response")
}

pub(crate) async fn read_response(stream: &mut TcpStream) -> String {
    let mut response = vec![0; 64 * 1024];
    let read = stream.read(&mut response).await.expect("a response");
    String::from_utf8_lossy(&response[..read]).into_owned()
}

pub(crate) fn bearer() -> String {
    IDENTITY.sign(
        &serde_json::json!({"iss": IDENTITY.email(), "sub": IDENTITY.email(), "exp": 4_000_000_000_u64}),
    )
}

pub(crate) fn settings(data_dir: PathBuf, now: Clock) -> Settings {
    let config =
        NotificationConfig { topic: TOPIC.to_owned(), object_name_prefix: Some("documents/".to_owned()) };
    Settings {
        data_dir,
        endpoint: "http://127.0.0.1:1".to_owned(),
        identity: IDENTITY.clone(),
        cors_origins: vec![ORIGIN.to_owned()],
        buckets: vec![
            Bucket { name: BUCKET.to_owned(), notifications: vec![config] },
            Bucket { name: "results".to_owned(), notifications: Vec::new() },
        ],
        now,
    }
}

#[allow(clippy::disallowed_methods, reason = "the official client signs with the time of day")]
pub(crate) fn clock(offset: Arc<AtomicI64>) -> Clock {
    Arc::new(move || match offset.load(Ordering::SeqCst) {
        past @ ..0 => SystemTime::now() - Duration::from_secs(past.unsigned_abs()),
        seconds => SystemTime::now() + Duration::from_secs(seconds.unsigned_abs()),
    })
}

/// Repeats a probe until it returns a value, for about ten seconds.
pub(crate) async fn wait_for<T>(probe: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..1000 {
        if let Some(value) = probe().await {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the condition was not met in ten seconds");
}

/// Returns a response's status and the code in its XML error.
pub(crate) async fn xml_error(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body = response.text().await.expect("a body");
    let code = body.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next());
    (status, code.unwrap_or_default().to_owned())
}

pub(crate) fn header<'a>(response: &'a reqwest::Response, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

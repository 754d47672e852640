//! A reverse proxy for functions that die: it sends each request to a live process and counts the answers.
//!
//! Cloud Run does the same for its instances. A request whose process dies gets a 502.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    serve::ListenerExt as _,
};
use tokio::{net::TcpListener, sync::mpsc};

use crate::Result;

/// A report that a request was answered.
pub(crate) struct Answered {
    pub(crate) function: String,
    pub(crate) status: StatusCode,
    pub(crate) at: Instant,
}

/// The relay, cheap to clone.
#[derive(Clone)]
pub(crate) struct Relay(Arc<Inner>);

struct Inner {
    address: String,
    client: reqwest::Client,
    turn: AtomicUsize,
    state: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The ports of a function's processes.
    instances: HashMap<String, Vec<u16>>,
    /// Pushes by function: the total, and the number that were not acknowledged.
    pushes: HashMap<String, (u64, u64)>,
    watcher: Option<mpsc::UnboundedSender<Answered>>,
}

impl Relay {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        // Longer than a function may take. The receivers are on this machine, so no proxy applies.
        let client = reqwest::Client::builder().timeout(Duration::from_secs(320)).no_proxy().build()?;
        let relay =
            Self(Arc::new(Inner { address, client, turn: AtomicUsize::new(0), state: Mutex::default() }));
        let router = Router::new().route("/{function}/{*path}", axum::routing::any(pass));
        spawn(listener, router.with_state(relay.clone()));
        Ok(relay)
    }

    /// The URL of a function's path.
    pub(crate) fn url(&self, function: &str, path: &str) -> String {
        format!("{}/{function}{path}", self.0.address)
    }

    /// Adds a process of a function, or replaces the one with the same number.
    pub(crate) fn set(&self, function: &str, instance: usize, port: u16) {
        let mut state = self.state();
        let instances = state.instances.entry(function.to_owned()).or_default();
        if instances.len() <= instance {
            instances.resize(instance + 1, port);
        }
        instances[instance] = port;
    }

    /// The number of pushes to a function, and how many of them were not acknowledged.
    pub(crate) fn pushes(&self, function: &str) -> (u64, u64) {
        self.state().pushes.get(function).copied().unwrap_or_default()
    }

    /// Reports every answer from now on.
    pub(crate) fn watch(&self) -> mpsc::UnboundedReceiver<Answered> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.state().watcher = Some(sender);
        receiver
    }

    fn state(&self) -> MutexGuard<'_, Known> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ports to try, rotated on each call.
    fn instances(&self, function: &str) -> Vec<u16> {
        let mut ports = self.state().instances.get(function).cloned().unwrap_or_default();
        if !ports.is_empty() {
            let turn = self.0.turn.fetch_add(1, Ordering::Relaxed) % ports.len();
            ports.rotate_left(turn);
        }
        ports
    }

    async fn send(&self, function: &str, request: &Relayed) -> Option<reqwest::Response> {
        for port in self.instances(function) {
            let url = format!("http://127.0.0.1:{port}/{}", request.path);
            let sent = self.0.client.request(request.method.clone(), url).headers(request.headers.clone());
            match sent.body(request.body.clone()).send().await {
                Ok(answer) => return Some(answer),
                // No process listens there: try the next one.
                Err(error) if error.is_connect() => {}
                Err(_) => return None,
            }
        }
        None
    }
}

struct Relayed {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

async fn pass(
    State(relay): State<Relay>,
    Path((function, path)): Path<(String, String)>,
    method: Method,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let is_push = path.starts_with("events/");
    let request = Relayed { method, path, headers, body };
    let (status, kind, body) = match relay.send(&function, &request).await {
        None => (StatusCode::BAD_GATEWAY, None, Bytes::new()),
        Some(answer) => {
            let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
            match answer.bytes().await {
                Ok(body) => (status, kind, body),
                Err(_) => (StatusCode::BAD_GATEWAY, None, Bytes::new()),
            }
        }
    };
    let mut state = relay.state();
    if is_push {
        let (pushes, refused) = state.pushes.entry(function.clone()).or_default();
        *pushes += 1;
        *refused += u64::from(!status.is_success());
    }
    if let Some(watcher) = &state.watcher {
        // The watcher may be gone.
        let _ = watcher.send(Answered { function, status, at: Instant::now() });
    }
    drop(state);
    let kind = kind.map(|kind| [(header::CONTENT_TYPE, kind)]);
    (status, kind.map(axum::response::AppendHeaders), body).into_response()
}

/// Serves with `TCP_NODELAY`, as Google's servers do.
pub(crate) fn spawn(listener: TcpListener, router: Router) {
    let listener = listener.tap_io(|connection| {
        // A closed connection is noticed on the next read.
        let _ = connection.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
}

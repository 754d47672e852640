//! Helpers for these tests.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use local_storage::Storage;
use serde_json::{Value, json};
use shared::{
    base::{
        config::Settings as _,
        ids::{EventId, ExportId, ItemId, ProjectId},
    },
    cloud::{
        events::{EmailRequested, ExportRequested},
        storage::{ExportsSettings, Objects},
    },
    testing::{Client, EXPORTS_BUCKET, Platform, TestResponse, TestUser, envelope},
};
use sqlx::PgPool;
use tokio::{net::TcpListener, sync::Notify};

/// A fault that a request to storage meets.
#[derive(Clone)]
pub(crate) enum Fault {
    /// The request is refused with status 503.
    Refused,
    /// The request succeeds, but the response is status 503.
    AnswerLost,
    /// The request waits for the notification.
    Held(Arc<Notify>),
}

/// A fault for the next requests whose method and URL contain all of these texts.
struct Planned {
    texts: &'static [&'static str],
    fault: Fault,
    times: usize,
}

/// The planned faults of storage.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Vec<Planned>>>);

impl Faults {
    pub(crate) fn plan(&self, texts: &'static [&'static str], fault: Fault, times: usize) {
        self.0.lock().expect("the mutex is not poisoned").push(Planned { texts, fault, times });
    }

    /// Returns the number of planned faults that have not occurred yet.
    pub(crate) fn left(&self) -> usize {
        self.0.lock().expect("the mutex is not poisoned").iter().map(|planned| planned.times).sum()
    }

    fn next(&self, request: &Request) -> Option<Fault> {
        let line = format!("{} {}", request.method(), request.uri());
        let mut planned = self.0.lock().expect("the mutex is not poisoned");
        let hit = planned
            .iter_mut()
            .find(|planned| planned.times > 0 && planned.texts.iter().all(|text| line.contains(text)))?;
        hit.times -= 1;
        Some(hit.fault.clone())
    }

    async fn around(self, request: Request, next: Next) -> Response {
        match self.next(&request) {
            Some(Fault::Refused) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Some(Fault::AnswerLost) => {
                assert!(next.run(request).await.status().is_success(), "the request must succeed");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
            Some(Fault::Held(notify)) => {
                notify.notified().await;
                next.run(request).await
            }
            None => next.run(request).await,
        }
    }
}

/// Starts a separate storage stand-in with injectable faults.
async fn storage(platform: &Platform, faults: &Faults) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    #[allow(clippy::disallowed_methods, reason = "signed URLs expire by the system's time")]
    let now = Arc::new(SystemTime::now);
    let settings = local_storage::Settings {
        data_dir: platform.data_dir().join("exports"),
        endpoint: format!("http://{address}"),
        identity: platform.identity().clone(),
        cors_origins: Vec::new(),
        buckets: vec![local_storage::Bucket { name: EXPORTS_BUCKET.into(), notifications: Vec::new() }],
        now,
    };
    let notifier: local_storage::Notifier = Arc::new(|_| Box::pin(async { Ok(()) }));
    let storage = Storage::open(settings, notifier).await.expect("storage");
    let faults = faults.clone();
    let around = middleware::from_fn(move |request, next| faults.clone().around(request, next));
    let router = storage.router().layer(around);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A client of `export`, and a project with an admin.
pub(crate) struct Export {
    pub(crate) platform: Platform,
    objects: Objects,
    pub(crate) faults: Faults,
    pub(crate) router: Router,
    pub(crate) client: Client,
    pub(crate) data: Client,
    pub(crate) maintenance: Client,
    pub(crate) project: ProjectId,
    pub(crate) admin: TestUser,
}

impl Export {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts `export` with this number of items per chunk.
    pub(crate) async fn of_chunks(db: PgPool, items: u32) -> Self {
        Self::start_with(db, &[("EXPORT_CHUNK_ITEMS", &items.to_string())]).await
    }

    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let platform = Platform::start(db).await;
        let faults = Faults::default();
        let address = storage(&platform, &faults).await;
        let endpoint = format!("http://{address}");
        // Concurrent deliveries wait for connections, which can take long on a slow machine.
        let own = [("DATABASE_ACQUIRE_TIMEOUT", "30"), ("STORAGE_ENDPOINT", &endpoint)];
        let env = own.iter().fold(platform.env(), |env, (name, value)| env.with(name, *value));
        let settings = ExportsSettings::from_env(&env).expect("settings");
        let objects = Objects::new(&settings).expect("a client");
        let router = platform.router_of::<export::Export>(&[&own[..], variables].concat());
        let client = platform.client(router.clone()).with("authorization", &platform.push_authorization());
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        let data = platform.client_of::<data::Data>(&own).as_user(&admin);
        let maintenance = platform.push_client_of::<maintenance::Maintenance>(&own[1..]);
        Self { platform, objects, faults, router, client, data, maintenance, project, admin }
    }

    /// Creates an approved document with these texts as pages.
    pub(crate) async fn document(&self, filename: &str, pages: &[&str]) -> ItemId {
        self.item("application/pdf", filename, pages).await
    }

    /// Creates an approved voice sample with these texts as segments.
    pub(crate) async fn voice(&self, filename: &str, segments: &[&str]) -> ItemId {
        self.item("audio/flac", filename, segments).await
    }

    async fn item(&self, content_type: &str, filename: &str, texts: &[&str]) -> ItemId {
        let item = self.platform.draft(self.project, &self.admin, content_type, 7).await.item_id;
        let statement =
            "update items set original_filename = $2, status = 'approved', attempt = 2, text_attempt = 2,
                                          generation = 1, confidence = 0.9, version = 3
                         where id = $1";
        sqlx::query(statement).bind(item).bind(filename).execute(&self.platform.db).await.expect("an item");
        let statement = "insert into item_parts (item_id, attempt, number, text, confidence)
             select $1, attempt, number, case attempt when 1 then 'an attempt that was given up' else text end, 0.9
             from unnest($2::text[]) with ordinality as part (text, number), (values (1), (2)) as of (attempt)";
        sqlx::query(statement).bind(item).bind(texts).execute(&self.platform.db).await.expect("texts");
        item
    }

    pub(crate) async fn set(&self, item: ItemId, statement: &'static str) {
        self.platform.change(statement, item.0).await;
    }

    /// Requests an export of every item.
    pub(crate) async fn request(&self, format: &str) -> ExportId {
        self.request_of(json!({"format": format})).await
    }

    pub(crate) async fn request_of(&self, mut body: Value) -> ExportId {
        body["project_id"] = json!(self.project);
        let answer = self.data.post("/exports", body).await;
        serde_json::from_value(answer.assert_status(202).body["id"].clone()).expect("an id")
    }

    /// Returns the steps requested since the last call.
    pub(crate) async fn steps(&self) -> Vec<ExportRequested> {
        self.platform.events::<ExportRequested>().await
    }

    /// Returns the only step requested since the last call.
    pub(crate) async fn step(&self) -> ExportRequested {
        let steps = self.steps().await;
        assert_eq!(steps.len(), 1, "{steps:?}");
        steps[0]
    }

    pub(crate) async fn deliver(&self, step: ExportRequested) -> TestResponse {
        self.deliver_with(step, json!({})).await
    }

    /// Delivers the message of a step with additional attributes.
    pub(crate) async fn deliver_with(&self, step: ExportRequested, mut attributes: Value) -> TestResponse {
        attributes["event_id"] = json!(EventId::new());
        attributes["event_version"] = json!("1");
        let data = serde_json::to_vec(&step).expect("JSON");
        self.client.post("/events/export-requested", envelope("1", &attributes, &data)).await
    }

    /// Delivers every message until none is left. Returns the number of messages.
    pub(crate) async fn run(&self) -> usize {
        let mut delivered = 0;
        loop {
            let steps = self.steps().await;
            if steps.is_empty() {
                return delivered;
            }
            for step in steps {
                self.deliver(step).await.assert_status(204);
                delivered += 1;
            }
        }
    }

    /// Gets an export as the admin.
    pub(crate) async fn get(&self, export: ExportId) -> Value {
        self.data.get(&format!("/exports/{export}")).await.assert_status(200).body.clone()
    }

    /// Downloads the file of a ready export.
    pub(crate) async fn file(&self, export: ExportId) -> String {
        let about = self.get(export).await;
        assert_eq!(about["status"], "ready", "{about}");
        let answer = reqwest::get(about["url"].as_str().expect("a URL")).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let file = answer.text().await.expect("UTF-8");
        assert_eq!(about["size_bytes"], json!(file.len()));
        file
    }

    /// Requests and runs an export, and asserts that one mail is sent. Returns the lines as JSON.
    pub(crate) async fn lines(&self) -> Vec<Value> {
        let export = self.request("ndjson").await;
        self.run().await;
        self.assert_mailed(export).await;
        lines(&self.file(export).await)
    }

    pub(crate) async fn assert_mailed(&self, export_id: ExportId) {
        let mails = self.platform.events::<EmailRequested>().await;
        assert_eq!(mails, [EmailRequested::ExportReady { export_id }]);
    }

    /// Returns the names of the objects in the bucket.
    pub(crate) async fn objects(&self) -> Vec<String> {
        let listed = self.objects.page(EXPORTS_BUCKET, "", None, true).await.expect("a list");
        listed.items.into_iter().map(|object| object.name).collect()
    }

    /// Runs the `restart-stuck` task of `maintenance`. Returns the number of restarts.
    pub(crate) async fn restart(&self) -> Value {
        self.maintenance.post("/tasks/restart-stuck", Value::Null).await.assert_status(200).body["restarted"]
            .clone()
    }

    /// Returns a column of an export as text.
    pub(crate) async fn column(&self, export: ExportId, column: &str) -> Option<String> {
        sqlx::query_scalar("select to_jsonb(exports) ->> $2 from exports where id = $1")
            .bind(export)
            .bind(column)
            .fetch_one(&self.platform.db)
            .await
            .expect("an export")
    }
}

/// Parses the lines of an NDJSON file.
#[track_caller]
pub(crate) fn lines(file: &str) -> Vec<Value> {
    assert!(file.is_empty() || file.ends_with('\n'), "{file}");
    file.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Returns the ids of lines, in order.
#[track_caller]
pub(crate) fn ids(lines: &[Value]) -> Vec<ItemId> {
    lines.iter().map(|line| serde_json::from_value(line["id"].clone()).expect("an id")).collect()
}

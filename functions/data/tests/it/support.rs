//! Helpers for these tests.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId},
    identity::guard::ProjectRole,
    items::{ItemKind, ObjectName, locators},
    testing::{Client, Platform, TestResponse, TestUser, envelope},
};
use sqlx::PgPool;

use crate::reader::{Texts, reader};

/// The differences between the routes of documents and voice samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) kind: ItemKind,
    /// The path of the collection.
    pub(crate) path: &'static str,
    /// The field with the item in the response to a create request.
    pub(crate) one: &'static str,
    /// The name of the parts of a text.
    pub(crate) parts: &'static str,
    /// The field with the text from the engine.
    pub(crate) text: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) max_bytes: i64,
    /// The prefix of the audit actions.
    pub(crate) audited: &'static str,
}

pub(crate) const DOCUMENTS: Route = Route {
    kind: ItemKind::Document,
    path: "/documents",
    one: "document",
    parts: "pages",
    text: "ocr_text",
    content_type: "application/pdf",
    max_bytes: 100 << 20,
    audited: "document",
};
pub(crate) const VOICE: Route = Route {
    kind: ItemKind::Voice,
    path: "/voice",
    one: "voice_sample",
    parts: "words",
    text: "transcription_text",
    content_type: "audio/flac",
    max_bytes: 500 << 20,
    audited: "voice",
};
pub(crate) const BOTH: [Route; 2] = [DOCUMENTS, VOICE];

/// The content of every file created by [`Data::create_item`].
pub(crate) const FILE: &[u8] = b"hello";

impl Route {
    /// Returns the path of an item, followed by `rest`.
    pub(crate) fn of(&self, item: ItemId, rest: &str) -> String {
        format!("{}/{item}{rest}", self.path)
    }
}

/// A client of `data`, and a project with a member of each role.
pub(crate) struct Data {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
    pub(crate) project: ProjectId,
    pub(crate) admin: TestUser,
    pub(crate) contributor: TestUser,
    pub(crate) reviewer: TestUser,
    pub(crate) outsider: TestUser,
    pub(crate) super_admin: TestUser,
    /// The texts that processing produces. An item without an entry fails.
    pub(crate) texts: Texts,
    readers: [Client; 2],
}

impl Data {
    pub(crate) async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let client = platform.client_of::<data::Data>(&[]);
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        let contributor = platform.user("contributor@example.org").await;
        platform.member(project, &contributor, ProjectRole::Contributor).await;
        let reviewer = platform.user("reviewer@example.org").await;
        platform.member(project, &reviewer, ProjectRole::Reviewer).await;
        let outsider = platform.user("outsider@example.org").await;
        platform.project(&outsider).await;
        let super_admin = platform.super_admin("root@example.org").await;
        let texts = Texts::default();
        let readers =
            [reader::<locators::Document>(&platform, &texts), reader::<locators::Voice>(&platform, &texts)];
        Self {
            platform,
            client,
            project,
            admin,
            contributor,
            reviewer,
            outsider,
            super_admin,
            texts,
            readers,
        }
    }

    /// Adds this number of documents of the contributor to the project.
    pub(crate) async fn fill(&self, documents: i32) {
        let filled = sqlx::query(
            "with made as (
                 insert into items
                     (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, created_at)
                 select gen_random_uuid(), $1, $2, 'document', 'letter', 'application/pdf', 1, now()
                 from generate_series(1, $3)
                 returning id
             )
             insert into documents (item_id, project_id) select id, $1 from made",
        )
        .bind(self.project)
        .bind(self.contributor.id)
        .bind(documents)
        .execute(&self.platform.db)
        .await;
        assert_eq!(filled.expect("documents").rows_affected(), u64::try_from(documents).expect("a count"));
    }

    /// Returns a valid body for an item named `filename`.
    pub(crate) fn new_item(&self, route: &Route, filename: &str) -> Value {
        json!({
            "project_id": self.project, "filename": filename, "content_type": route.content_type,
            "size_bytes": FILE.len(),
        })
    }

    /// Creates an item named `filename`.
    pub(crate) async fn create_item(&self, route: &Route, user: &TestUser, filename: &str) -> ItemId {
        let created = self.client.as_user(user).post(route.path, self.new_item(route, filename)).await;
        id(&created.assert_status(201).body[route.one])
    }

    /// Completes the incomplete upload of an item and processes it into these pages or segments.
    pub(crate) async fn read(&self, route: &Route, item: ItemId, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.texts.lock().expect("the mutex is not poisoned").insert(item, texts);
        self.upload(route, item).await;
        self.deliver(route).await;
    }

    /// Completes the incomplete upload of an item. Returns the generation.
    pub(crate) async fn upload(&self, route: &Route, item: ItemId) -> i64 {
        self.upload_bytes(route, item, FILE).await
    }

    /// Completes the incomplete upload of an item with other bytes. Returns the generation.
    pub(crate) async fn upload_bytes(&self, route: &Route, item: ItemId, bytes: &'static [u8]) -> i64 {
        // The incomplete upload is the last one.
        let upload_no = self.platform.item(item, "last_upload_no").await.expect("a number");
        let upload_no = upload_no.parse().expect("a number");
        let object = ObjectName { kind: route.kind, project_id: self.project, item_id: item, upload_no };
        self.platform.upload(&object, bytes).await
    }

    /// Delivers the published finalize events to the processing function.
    pub(crate) async fn deliver(&self, route: &Route) {
        let reader = &self.readers[usize::from(route.kind == ItemKind::Voice)];
        // Storage publishes finalize events in the background.
        let messages = shared::testing::eventually("a finalize event", async || {
            let messages = self.platform.messages("uploads").await;
            (!messages.is_empty()).then_some(messages)
        })
        .await;
        for (attributes, data) in messages {
            let envelope = envelope("1", &attributes, &data);
            reader.post("/events/object-finalized", envelope).await.assert_status(204);
        }
    }

    /// Creates an item named `filename` whose text consists of these pages or segments.
    pub(crate) async fn with_text(&self, route: &Route, filename: &str, texts: &[&str]) -> ItemId {
        let item = self.create_item(route, &self.contributor, filename).await;
        self.read(route, item, texts).await;
        item
    }

    /// Returns the metadata of the audit rows of an item with this action, in order.
    pub(crate) async fn audit_metadata(&self, item: ItemId, action: &str) -> Vec<Value> {
        self.audited(
            "select metadata from audit_logs where resource_id = $1 and action = $2 order by id",
            item,
            action,
        )
        .await
    }

    /// Returns the personal values of the audit rows about an action on an item, oldest first.
    pub(crate) async fn audit_details(&self, item: ItemId, action: &str) -> Vec<Value> {
        let statement = "select audit_personal.details
                         from audit_logs
                         join audit_personal on audit_personal.audit_id = audit_logs.id
                         where audit_logs.resource_id = $1 and audit_logs.action = $2
                         order by audit_logs.id";
        self.audited(statement, item, action).await
    }

    async fn audited(&self, statement: &'static str, item: ItemId, action: &str) -> Vec<Value> {
        let rows = sqlx::query_scalar(statement).bind(item).bind(action).fetch_all(&self.platform.db).await;
        rows.expect("audit rows")
    }

    /// Returns a valid body for an upload of `bytes`.
    pub(crate) fn body(&self, bytes: &[u8]) -> Value {
        json!({
            "project_id": self.project, "filename": "letter.pdf", "content_type": "application/pdf",
            "size_bytes": bytes.len(),
        })
    }

    /// Creates a document as the contributor.
    pub(crate) async fn create(&self, body: Value) -> TestResponse {
        let created = self.client.as_user(&self.contributor).post("/documents", body).await;
        created.assert_status(201);
        created
    }

    /// Creates a draft of the contributor.
    pub(crate) async fn draft(&self) -> ItemId {
        self.platform.draft(self.project, &self.contributor, "application/pdf", 5).await.item_id
    }

    pub(crate) async fn set(&self, item: ItemId, statement: &'static str) {
        self.platform.change(statement, item.0).await;
    }

    /// Returns clients without access, each with the expected status and problem code.
    pub(crate) async fn refused(&self) -> Vec<(Client, u16, &'static str)> {
        let unverified = self.platform.unverified_user("unverified@example.org").await;
        self.platform.member(self.project, &unverified, ProjectRole::Admin).await;
        vec![
            (self.client.clone(), 401, "unauthenticated"),
            (self.client.as_user(&unverified), 403, "email_not_verified"),
            (self.client.as_user(&self.outsider), 404, "not_found"),
        ]
    }
}

/// Asserts that a request was refused by this limit.
#[track_caller]
pub(crate) fn assert_quota(answer: &TestResponse, limit: &str) {
    answer.assert_problem(429, "quota_exceeded");
    assert_eq!(answer.body["limit"], limit, "{}", answer.body);
}

/// Returns the id of an item in a response.
#[track_caller]
pub(crate) fn id(item: &Value) -> ItemId {
    serde_json::from_value(item["id"].clone()).expect("an id")
}

/// Returns the ids of a list, in order.
#[track_caller]
pub(crate) fn ids(list: &Value) -> Vec<ItemId> {
    list["items"].as_array().expect("a list").iter().map(id).collect()
}

/// Sends bytes with the request that `upload` in a response describes.
pub(crate) async fn put(upload: &Value, bytes: &[u8]) -> (u16, String) {
    put_with(upload, bytes, |_| {}).await
}

/// Sends bytes like [`put`], after `change` modifies `upload`.
pub(crate) async fn put_with(upload: &Value, bytes: &[u8], change: impl FnOnce(&mut Value)) -> (u16, String) {
    let mut upload = upload.clone();
    change(&mut upload);
    let response = request(&upload).body(bytes.to_vec()).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a text"))
}

/// Returns the request that `upload` describes, without a body.
pub(crate) fn request(upload: &Value) -> RequestBuilder {
    let method = upload["method"].as_str().expect("a method").parse().expect("a method");
    let request = reqwest::Client::new().request(method, upload["url"].as_str().expect("a URL"));
    let headers = upload["headers"].as_object().expect("headers").iter();
    headers.fold(request, |request, (name, value)| request.header(name, value.as_str().expect("a value")))
}

/// Asserts that a signed URL is valid for one request only: storage refuses these other URLs and other methods.
pub(crate) async fn assert_signed(url: &str, others: impl IntoIterator<Item = String>) {
    for other in others {
        assert_ne!(other, url);
        assert_eq!(reqwest::get(&other).await.expect("an answer").status(), 403, "{other}");
    }
    let deleted = reqwest::Client::new().delete(url).send().await.expect("an answer");
    assert_eq!(deleted.status(), 403);
}

/// Returns the big-endian CRC32C in Base64, the format of Cloud Storage.
pub(crate) fn crc32c(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(crc32c::crc32c(bytes).to_be_bytes())
}

/// Asserts that a response contains no internal fields.
#[track_caller]
pub(crate) fn assert_no_internal_fields(document: &Value) {
    let fields = document.as_object().expect("an object");
    for secret in
        ["gcs_uri", "generation", "upload_no", "md5", "crc32c", "attempt", "lease_until", "bucket", "object"]
    {
        assert!(!fields.contains_key(secret), "{document}");
    }
}

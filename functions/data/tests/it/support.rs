//! What these tests share.

use serde_json::{Value, json};
use shared::{
    guard::ProjectRole,
    ids::{ItemId, ProjectId},
    testing::{Client, Platform, TestResponse, TestUser},
};
use sqlx::PgPool;

/// `data`, and a project with a member of each role.
pub(crate) struct Data {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
    pub(crate) project: ProjectId,
    pub(crate) admin: TestUser,
    pub(crate) contributor: TestUser,
    pub(crate) reviewer: TestUser,
    pub(crate) outsider: TestUser,
    pub(crate) super_admin: TestUser,
}

impl Data {
    pub(crate) async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let service = data::service_at(&platform.env(), platform.clock.clone()).await.expect("the function");
        let client = platform.client(service.router());
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        let contributor = platform.user("contributor@example.org").await;
        platform.member(project, &contributor, ProjectRole::Contributor).await;
        let reviewer = platform.user("reviewer@example.org").await;
        platform.member(project, &reviewer, ProjectRole::Reviewer).await;
        let outsider = platform.user("outsider@example.org").await;
        platform.project(&outsider).await;
        let super_admin = platform.super_admin("root@example.org").await;
        Self { platform, client, project, admin, contributor, reviewer, outsider, super_admin }
    }

    /// A body that is fine, for an upload of `bytes`.
    pub(crate) fn body(&self, bytes: &[u8]) -> Value {
        json!({
            "project_id": self.project, "filename": "letter.pdf", "content_type": "application/pdf",
            "size_bytes": bytes.len(),
        })
    }

    /// Announces a document as the contributor.
    pub(crate) async fn create(&self, body: Value) -> TestResponse {
        let created = self.client.as_user(&self.contributor).post("/documents", body).await;
        created.assert_status(201);
        created
    }

    /// A document that the contributor announced.
    pub(crate) async fn draft(&self) -> ItemId {
        self.platform.draft(self.project, &self.contributor, "application/pdf", 5).await.item_id
    }

    pub(crate) async fn set(&self, item: ItemId, statement: &'static str) {
        self.platform.change(statement, item.0).await;
    }

    /// Somebody of each kind who is not let in, and the refusal that they get.
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

/// Sends bytes as an answer's `upload` says.
pub(crate) async fn put(upload: &Value, bytes: &[u8]) -> (u16, String) {
    put_with(upload, bytes, |_| {}).await
}

/// The same, with something changed about what `upload` says.
pub(crate) async fn put_with(upload: &Value, bytes: &[u8], change: impl FnOnce(&mut Value)) -> (u16, String) {
    let mut upload = upload.clone();
    change(&mut upload);
    let method = upload["method"].as_str().expect("a method").parse().expect("a method");
    let mut request = reqwest::Client::new().request(method, upload["url"].as_str().expect("a URL"));
    for (name, value) in upload["headers"].as_object().expect("headers") {
        request = request.header(name, value.as_str().expect("a value"));
    }
    let response = request.body(bytes.to_vec()).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a text"))
}

/// The base64 of the big-endian CRC32C, as Cloud Storage writes it.
pub(crate) fn crc32c(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(crc32c::crc32c(bytes).to_be_bytes())
}

/// Asserts that an answer tells nothing that only the server should know.
#[track_caller]
pub(crate) fn assert_discreet(document: &Value) {
    let fields = document.as_object().expect("an object");
    for secret in
        ["gcs_uri", "generation", "upload_no", "md5", "crc32c", "attempt", "lease_until", "bucket", "object"]
    {
        assert!(!fields.contains_key(secret), "{document}");
    }
}

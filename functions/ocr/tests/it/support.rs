//! What these tests share.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use local_documentai::{DocumentAi, Limits};
use serde_json::{Value, json};
use shared::{
    base::{
        config::Env,
        ids::{ItemId, ProjectId},
    },
    items::{ItemStatus, ObjectName},
    testing::{self, BUCKET, Client, Platform, TestResponse, TestUser, envelope},
};
use sqlx::PgPool;

const PROCESSOR: &str = "projects/alta-test/locations/eu/processors/ocr";

/// The first bytes of a PDF are all that counts while the engine is told what to answer.
pub(crate) const PDF: &[u8] = b"%PDF-1.7 a letter";
/// What the engine is told to answer.
pub(crate) const TEXT: &str = "Dear Mrs. Albright,";

/// `ocr`, an engine that answers [`TEXT`] at once, and a project without reviewers.
pub(crate) struct Ocr {
    pub(crate) platform: Platform,
    pub(crate) ai: DocumentAi,
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
    pub(crate) project: ProjectId,
    pub(crate) admin: TestUser,
}

impl Ocr {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, |env| env).await
    }

    pub(crate) async fn start_with(db: PgPool, change: impl FnOnce(Env) -> Env) -> Self {
        Self::start_with_all(db, change, |_| {}).await
    }

    pub(crate) async fn start_with_engine(db: PgPool, limit: impl FnOnce(&mut Limits)) -> Self {
        Self::start_with_all(db, |env| env, limit).await
    }

    async fn start_with_all(
        db: PgPool,
        change: impl FnOnce(Env) -> Env,
        limit: impl FnOnce(&mut Limits),
    ) -> Self {
        let platform = Platform::start(db).await;
        let mut settings = engine(&platform);
        limit(&mut settings.limits);
        let ai = DocumentAi::new(settings);
        ai.instant(Some(TEXT));
        let endpoint = format!("http://{}", testing::serve(ai.router()).await);
        let env =
            platform.env().with("DOCUMENTAI_PROCESSOR", PROCESSOR).with("DOCUMENTAI_ENDPOINT", endpoint);
        // Many deliveries at once wait for each other here, on however slow a machine.
        let env = change(env.with("DATABASE_ACQUIRE_TIMEOUT", "30"));
        let service =
            shared::function::service::<ocr::Ocr>(&env, platform.clock.clone()).expect("the function");
        let router = service.router();
        let client = platform.client(router.clone()).with("authorization", &platform.push_authorization());
        let address = testing::serve(router).await;
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        Self { platform, ai, address, client, project, admin }
    }

    /// The function, with the bucket's notifications pushed to it.
    pub(crate) async fn subscribed(db: PgPool) -> Self {
        let ocr = Self::start(db).await;
        ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
        ocr
    }

    pub(crate) async fn draft(&self, content_type: &str, bytes: &[u8]) -> ObjectName {
        self.platform.draft(self.project, &self.admin, content_type, bytes.len()).await
    }

    /// A PDF whose bytes have arrived, and their generation; nobody was told yet.
    pub(crate) async fn uploaded(&self) -> (ObjectName, i64) {
        let object = self.draft("application/pdf", PDF).await;
        let generation = self.platform.upload(&object, PDF).await;
        (object, generation)
    }

    /// Announces a file, uploads it, and waits until the item is what comes after processing.
    pub(crate) async fn read(&self, content_type: &str, bytes: &[u8]) -> ObjectName {
        let object = self.draft(content_type, bytes).await;
        self.platform.upload(&object, bytes.to_vec()).await;
        self.ended(object.item_id).await;
        object
    }

    /// Waits until an item is what comes after processing.
    pub(crate) async fn ended(&self, item: ItemId) -> ItemStatus {
        testing::eventually("the end of processing", async || {
            let status = self.platform.status(item).await;
            (!matches!(status, ItemStatus::Draft | ItemStatus::Processing)).then_some(status)
        })
        .await
    }

    /// Delivers the finalize event of an object.
    pub(crate) async fn deliver(&self, object: &ObjectName, generation: i64) -> TestResponse {
        self.deliver_as(&self.client, object, generation).await
    }

    pub(crate) async fn deliver_as(
        &self,
        client: &Client,
        object: &ObjectName,
        generation: i64,
    ) -> TestResponse {
        let attributes = json!({
            "eventType": "OBJECT_FINALIZE", "bucketId": BUCKET, "objectId": object.to_string(),
            "objectGeneration": generation.to_string(),
        });
        client.post("/events/object-finalized", envelope("1", &attributes, b"{}")).await
    }

    /// What the item says of its failure, and how often the engine was called.
    pub(crate) async fn failure(&self, item: ItemId) -> (Option<String>, u64) {
        (self.platform.item(item, "failure_code").await, self.ai.calls())
    }

    /// Has `maintenance` look for work that stuck or is due; how much there was.
    pub(crate) async fn restart(&self) -> Value {
        let (env, clock) = (self.platform.env_of::<maintenance::Maintenance>(), self.platform.clock.clone());
        let service =
            shared::function::service::<maintenance::Maintenance>(&env, clock).expect("maintenance");
        let client =
            self.platform.client(service.router()).with("authorization", &self.platform.push_authorization());
        client.post("/tasks/restart-stuck", Value::Null).await.assert_status(200).body["restarted"].clone()
    }

    /// The end of a test: every notification was delivered.
    pub(crate) async fn settle(&self) {
        testing::eventually("the notifications' deliveries", async || {
            let outstanding = self.platform.pubsub.outstanding("ocr-uploads").unwrap_or_default();
            self.platform.messages("results").await;
            (outstanding == 0 && !self.platform.messages("uploads").await.is_empty()).then_some(())
        })
        .await;
    }
}

fn engine(platform: &Platform) -> local_documentai::Settings {
    let storage = platform.storage.clone();
    let resolve: local_documentai::Resolve = Arc::new(move |uri| {
        let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
        let found = named.and_then(|(bucket, object)| storage.open_object(bucket, object, None));
        Box::pin(async move { found.map(|(_, path)| path) })
    });
    let storage = platform.storage.clone();
    let write: local_documentai::Write = Arc::new(move |uri, bytes, _| {
        let (storage, uri) = (storage.clone(), uri.to_owned());
        Box::pin(async move {
            let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
            let (bucket, object) = named.expect("a bucket and an object");
            let made = storage.create_object(bucket, object, Default::default(), bytes.into()).await;
            made.map(|_| ()).map_err(|error| error.to_string())
        })
    });
    let mut settings = local_documentai::Settings::new(platform.identity().clone(), resolve, 2);
    settings.write = Some(write);
    settings.processor = Some(PROCESSOR.to_owned());
    settings.work_folder = platform.data_dir();
    // The other tests may leave little of the machine.
    settings.limits.step_time = Duration::from_secs(300);
    settings
}

pub(crate) fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../local/samples");
    std::fs::read(folder.join(name)).expect("a sample")
}

//! Helpers for these tests.

use std::{ops::Deref, time::Duration};

use local_documentai::{DocumentAi, Limits};
use serde_json::Value;
use shared::{
    base::ids::ItemId,
    items::{ItemStatus, ObjectName},
    testing::{self, Platform, Processing},
};
use sqlx::PgPool;

pub(crate) use shared::testing::sample;

const PROCESSOR: &str = "projects/alta-test/locations/eu/processors/ocr";

/// The start of a PDF, which is sufficient because the engine returns a preset text.
pub(crate) const PDF: &[u8] = b"%PDF-1.7 a letter";
/// The text that the engine returns.
pub(crate) const TEXT: &str = "Dear Mrs. Albright,";

/// A client of `ocr`, an engine that returns [`TEXT`] immediately, and a project without reviewers.
pub(crate) struct Ocr {
    pub(crate) ai: DocumentAi,
    processing: Processing,
}

impl Deref for Ocr {
    type Target = Processing;

    fn deref(&self) -> &Processing {
        &self.processing
    }
}

impl Ocr {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        Self::start_with_all(db, variables, |_| {}).await
    }

    pub(crate) async fn start_with_engine(db: PgPool, limit: impl FnOnce(&mut Limits)) -> Self {
        Self::start_with_all(db, &[], limit).await
    }

    async fn start_with_all(db: PgPool, variables: &[(&str, &str)], limit: impl FnOnce(&mut Limits)) -> Self {
        let platform = Platform::start(db).await;
        let mut settings =
            local_documentai::Settings::new(platform.identity().clone(), platform.resolve(), 2);
        settings.write = Some(platform.write());
        settings.processor = Some(PROCESSOR.to_owned());
        settings.work_folder = platform.data_dir();
        // Other tests may slow down the machine.
        settings.limits.step_time = Duration::from_secs(300);
        limit(&mut settings.limits);
        let ai = DocumentAi::new(settings);
        ai.instant(Some(TEXT));
        let endpoint = format!("http://{}", testing::serve(ai.router()).await);
        let own = [("DOCUMENTAI_PROCESSOR", PROCESSOR), ("DOCUMENTAI_ENDPOINT", endpoint.as_str())];
        let processing = Processing::start::<ocr::Ocr>(platform, &[&own, variables].concat()).await;
        Self { ai, processing }
    }

    /// Starts `ocr` with a push subscription to the notifications of the bucket.
    pub(crate) async fn subscribed(db: PgPool) -> Self {
        let ocr = Self::start(db).await;
        ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
        ocr
    }

    /// Uploads a PDF without delivering its event. Returns the object and its generation.
    pub(crate) async fn uploaded(&self) -> (ObjectName, i64) {
        self.upload("application/pdf", PDF).await
    }

    /// Creates an item, uploads its file, and waits until processing ends.
    pub(crate) async fn read(&self, content_type: &str, bytes: &[u8]) -> ObjectName {
        let (object, _) = self.upload(content_type, bytes).await;
        self.ended(object.item_id).await;
        object
    }

    /// Waits until the processing of an item ends. Returns the status.
    pub(crate) async fn ended(&self, item: ItemId) -> ItemStatus {
        testing::eventually("the end of processing", async || {
            let status = self.platform.status(item).await;
            (!matches!(status, ItemStatus::Draft | ItemStatus::Processing)).then_some(status)
        })
        .await
    }

    /// Returns the failure code of an item and the number of calls to the engine.
    pub(crate) async fn failure(&self, item: ItemId) -> (Option<String>, u64) {
        (self.platform.item(item, "failure_code").await, self.ai.calls())
    }

    /// Runs the `restart-stuck` task of `maintenance`. Returns the number of restarts.
    pub(crate) async fn restart(&self) -> Value {
        let maintenance = self.platform.push_client_of::<maintenance::Maintenance>(&[]);
        maintenance.post("/tasks/restart-stuck", Value::Null).await.assert_status(200).body["restarted"]
            .clone()
    }

    /// Waits until every notification is delivered. Call it at the end of a test.
    pub(crate) async fn wait_for_deliveries(&self) {
        testing::eventually("the notifications' deliveries", async || {
            let outstanding = self.platform.pubsub.outstanding("ocr-uploads").unwrap_or_default();
            self.platform.messages("results").await;
            (outstanding == 0 && !self.platform.messages("uploads").await.is_empty()).then_some(())
        })
        .await;
    }
}

//! What these tests share.

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

/// The first bytes of a PDF are all that counts while the engine is told what to answer.
pub(crate) const PDF: &[u8] = b"%PDF-1.7 a letter";
/// What the engine is told to answer.
pub(crate) const TEXT: &str = "Dear Mrs. Albright,";

/// `ocr`, an engine that answers [`TEXT`] at once, and a project without reviewers.
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
        // The other tests may leave little of the machine.
        settings.limits.step_time = Duration::from_secs(300);
        limit(&mut settings.limits);
        let ai = DocumentAi::new(settings);
        ai.instant(Some(TEXT));
        let endpoint = format!("http://{}", testing::serve(ai.router()).await);
        let own = [("DOCUMENTAI_PROCESSOR", PROCESSOR), ("DOCUMENTAI_ENDPOINT", endpoint.as_str())];
        let processing = Processing::start::<ocr::Ocr>(platform, &[&own, variables].concat()).await;
        Self { ai, processing }
    }

    /// The function, with the bucket's notifications pushed to it.
    pub(crate) async fn subscribed(db: PgPool) -> Self {
        let ocr = Self::start(db).await;
        ocr.platform.subscribe::<ocr::Ocr>(ocr.address).await;
        ocr
    }

    /// A PDF whose bytes have arrived, and their generation; nobody was told yet.
    pub(crate) async fn uploaded(&self) -> (ObjectName, i64) {
        self.upload("application/pdf", PDF).await
    }

    /// Announces a file, uploads it, and waits until the item is what comes after processing.
    pub(crate) async fn read(&self, content_type: &str, bytes: &[u8]) -> ObjectName {
        let (object, _) = self.upload(content_type, bytes).await;
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

    /// What the item says of its failure, and how often the engine was called.
    pub(crate) async fn failure(&self, item: ItemId) -> (Option<String>, u64) {
        (self.platform.item(item, "failure_code").await, self.ai.calls())
    }

    /// Has `maintenance` look for work that stuck or is due; how much there was.
    pub(crate) async fn restart(&self) -> Value {
        let maintenance = self.platform.push_client_of::<maintenance::Maintenance>(&[]);
        maintenance.post("/tasks/restart-stuck", Value::Null).await.assert_status(200).body["restarted"]
            .clone()
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

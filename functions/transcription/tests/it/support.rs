//! What these tests share.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use local_speech::{Limits, Speech};
use serde_json::{Value, json};
use shared::{
    base::{
        config::Env,
        ids::{ItemId, ProjectId},
    },
    items::{ItemStatus, ObjectName},
    testing::{self, BUCKET, Client, Platform, RESULTS_BUCKET, TestResponse, TestUser, envelope},
};
use sqlx::PgPool;

const RECOGNIZER: &str = "projects/alta-test/locations/eu/recognizers/_";

/// What the engine is told to answer.
pub(crate) const TEXT: &str = "Good morning, everybody.";
/// What became of a sample that was read in a project without reviewers.
pub(crate) const READ: [ItemStatus; 3] = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];

/// `transcription`, an engine that answers [`TEXT`] at once, and a project without reviewers.
pub(crate) struct Transcription {
    pub(crate) platform: Platform,
    pub(crate) speech: Speech,
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
    pub(crate) project: ProjectId,
    pub(crate) admin: TestUser,
}

impl Transcription {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, |env| env, |_| {}).await
    }

    pub(crate) async fn start_with(
        db: PgPool,
        change: impl FnOnce(Env) -> Env,
        limit: impl FnOnce(&mut Limits),
    ) -> Self {
        let platform = Platform::start(db).await;
        let mut settings = engine(&platform);
        limit(&mut settings.limits);
        let speech = Speech::open(settings).expect("the engine");
        speech.instant(Some(TEXT));
        let endpoint = format!("http://{}", testing::serve(speech.router()).await);
        let env = platform.env().with("SPEECH_RECOGNIZER", RECOGNIZER).with("SPEECH_ENDPOINT", endpoint);
        // Many deliveries at once wait for each other here, on however slow a machine.
        let env = change(env.with("DATABASE_ACQUIRE_TIMEOUT", "30"));
        let service = shared::function::service::<transcription::Transcription>(&env, platform.clock.clone())
            .expect("the function");
        let router = service.router();
        let client = platform.client(router.clone()).with("authorization", &platform.push_authorization());
        let address = testing::serve(router).await;
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        Self { platform, speech, address, client, project, admin }
    }

    /// The function with an engine that listens.
    pub(crate) async fn listening(db: PgPool) -> Self {
        let transcription = Self::start(db).await;
        transcription.speech.instant(None);
        transcription
    }

    /// A file whose bytes have arrived, and their generation; nobody was told yet.
    pub(crate) async fn uploaded(&self, content_type: &str, bytes: &[u8]) -> (ObjectName, i64) {
        let object = self.platform.draft(self.project, &self.admin, content_type, bytes.len()).await;
        let generation = self.platform.upload(&object, bytes.to_vec()).await;
        self.announced("uploads").await;
        (object, generation)
    }

    /// Waits until an object is announced that was made.
    pub(crate) async fn announced(&self, topic: &str) {
        testing::eventually("the announcement", async || {
            (!self.platform.messages(topic).await.is_empty()).then_some(())
        })
        .await;
    }

    /// Announces and uploads a file, and delivers its event.
    pub(crate) async fn hear(&self, content_type: &str, bytes: &[u8]) -> ItemId {
        let (object, generation) = self.uploaded(content_type, bytes).await;
        self.deliver(&object, generation).await.assert_status(204);
        object.item_id
    }

    /// A sample that is too long for a synchronous call, with the operation that listens to it.
    pub(crate) async fn in_batch(&self) -> ItemId {
        let item = self.hear("audio/wav", &silence(60_000)).await;
        assert!(self.platform.item(item, "operation").await.is_some(), "an operation has begun");
        item
    }

    /// Delivers the finalize event of an upload.
    pub(crate) async fn deliver(&self, object: &ObjectName, generation: i64) -> TestResponse {
        let attributes = finalized(BUCKET, &object.to_string(), generation);
        self.client.post("/events/object-finalized", envelope("1", &attributes, b"{}")).await
    }

    /// The output of a sample's operation, as soon as it is there.
    pub(crate) async fn output(&self, item: ItemId) -> (String, i64) {
        let output = async {
            loop {
                if let Some((attributes, _)) = self.platform.messages("results").await.into_iter().next() {
                    let attribute = |name: &str| attributes[name].as_str().expect("an attribute").to_owned();
                    let object = attribute("objectId");
                    assert!(object.starts_with(&format!("transcription/{item}/")), "{object}");
                    return (object, attribute("objectGeneration").parse().expect("a generation"));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // PocketSphinx may have to share the machine.
        tokio::time::timeout(Duration::from_secs(240), output).await.expect("no output")
    }

    pub(crate) async fn deliver_output(&self, (object, generation): &(String, i64)) -> TestResponse {
        let attributes = finalized(RESULTS_BUCKET, object, *generation);
        self.client.post("/events/result-finalized", envelope("1", &attributes, b"{}")).await
    }

    /// Hears a file, whichever way it is too long for; what is true of every sample that was read.
    pub(crate) async fn heard(&self, content_type: &str, bytes: &[u8]) -> ItemId {
        let item = self.hear(content_type, bytes).await;
        if self.platform.item(item, "operation").await.is_some() {
            let output = self.output(item).await;
            self.deliver_output(&output).await.assert_status(204);
        }
        self.assert_read(item).await;
        item
    }

    pub(crate) async fn assert_read(&self, item: ItemId) {
        assert_eq!(self.platform.history(item).await, READ);
        let audited = self.platform.audited(item.0).await;
        assert_eq!(audited, [("voice.processed".to_owned(), "success".to_owned())]);
        for column in ["operation", "lease_until", "next_attempt_at", "progress_done", "failure_code"] {
            assert_eq!(self.platform.item(item, column).await, None, "{column}");
        }
    }

    /// The segments that are shown.
    pub(crate) async fn segments(&self, item: ItemId) -> Vec<Segment> {
        let segments = sqlx::query_as(
            "select number as segment_number, text, item_parts.confidence, item_parts.language, words
             from item_parts join items on items.id = item_id and text_attempt = item_parts.attempt
             where item_id = $1 order by 1",
        );
        segments.bind(item).fetch_all(&self.platform.db).await.expect("segments")
    }

    pub(crate) async fn duration(&self, item: ItemId) -> Option<f64> {
        sqlx::query_scalar("select duration_seconds from voice_samples where item_id = $1")
            .bind(item)
            .fetch_one(&self.platform.db)
            .await
            .expect("a voice sample")
    }

    /// What the item says of its failure, and how often the engine was called.
    pub(crate) async fn failure(&self, item: ItemId) -> (Option<String>, u64) {
        (self.platform.item(item, "failure_code").await, self.speech.calls())
    }

    /// Two minutes later, `maintenance` looks for work that stuck or is due, and what it sends is delivered; how
    /// much there was.
    pub(crate) async fn restart(&self) -> usize {
        self.platform.clock.advance(time::Duration::minutes(2));
        let (env, clock) = (self.platform.env_of::<maintenance::Maintenance>(), self.platform.clock.clone());
        let service =
            shared::function::service::<maintenance::Maintenance>(&env, clock).expect("maintenance");
        let client =
            self.platform.client(service.router()).with("authorization", &self.platform.push_authorization());
        client.post("/tasks/restart-stuck", Value::Null).await.assert_status(200);
        let messages = self.platform.messages("uploads").await;
        for (attributes, data) in &messages {
            let message = envelope("1", attributes, data);
            self.client.post("/events/object-finalized", message).await.assert_status(204);
        }
        messages.len()
    }

    /// Waits until the operation of a sample is done.
    pub(crate) async fn operation_ended(&self, calls: u64) {
        testing::eventually("the end of the operation", async || {
            (self.speech.calls() >= calls).then_some(())
        })
        .await;
        self.platform.messages("results").await;
    }
}

/// A stored segment.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Segment {
    pub(crate) segment_number: i32,
    pub(crate) text: String,
    pub(crate) confidence: Option<f32>,
    pub(crate) language: Option<String>,
    pub(crate) words: Value,
}

fn finalized(bucket: &str, object: &str, generation: i64) -> Value {
    json!({
        "eventType": "OBJECT_FINALIZE", "bucketId": bucket, "objectId": object,
        "objectGeneration": generation.to_string(),
    })
}

fn engine(platform: &Platform) -> local_speech::Settings {
    let storage = platform.storage.clone();
    let resolve: local_speech::Resolve = Arc::new(move |uri| {
        let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
        let found = named.and_then(|(bucket, object)| storage.open_object(bucket, object, None));
        Box::pin(async move { found.map(|(_, path)| path) })
    });
    let storage = platform.storage.clone();
    let write: local_speech::Write = Arc::new(move |uri, bytes, _| {
        let (storage, uri) = (storage.clone(), uri.to_owned());
        Box::pin(async move {
            let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
            let (bucket, object) = named.expect("a bucket and an object");
            let made = storage.create_object(bucket, object, Default::default(), bytes.into()).await;
            made.map(|_| ()).map_err(|error| error.to_string())
        })
    });
    let folder = platform.data_dir().join("speech");
    let mut settings = local_speech::Settings::new(platform.identity().clone(), resolve, 2, folder);
    settings.write = Some(write);
    // The other tests may leave little of the machine.
    settings.limits.step_time = Duration::from_secs(300);
    settings
}

pub(crate) fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../local/samples");
    std::fs::read(folder.join(name)).expect("a sample")
}

/// A WAV file of so many milliseconds of nothing.
pub(crate) fn silence(milliseconds: u32) -> Vec<u8> {
    let size = milliseconds * 32;
    let mut wav = sample("silence.wav")[..44].to_vec();
    wav[4..8].copy_from_slice(&(size + 36).to_le_bytes());
    wav[40..44].copy_from_slice(&size.to_le_bytes());
    wav.resize(44 + size as usize, 0);
    wav
}

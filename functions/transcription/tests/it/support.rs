//! Helpers for these tests.

use std::{ops::Deref, time::Duration};

use local_speech::{Limits, Speech};
use serde_json::Value;
use shared::{
    base::{config::Settings as _, ids::ItemId},
    cloud::storage::{Objects, StorageSettings},
    items::{ItemStatus, ObjectName},
    testing::{self, Platform, Processing, envelope},
};
use sqlx::PgPool;

pub(crate) use shared::testing::sample;

const RECOGNIZER: &str = "projects/alta-test/locations/eu/recognizers/_";

/// The text that the engine returns.
pub(crate) const TEXT: &str = "Good morning, everyone.";
/// The history of a sample that was processed in a project without reviewers.
pub(crate) const PROCESSED: [ItemStatus; 3] =
    [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Approved];

/// A client of `transcription`, an engine that returns [`TEXT`] immediately, and a project without reviewers.
pub(crate) struct Transcription {
    pub(crate) speech: Speech,
    processing: Processing,
}

impl Deref for Transcription {
    type Target = Processing;

    fn deref(&self) -> &Processing {
        &self.processing
    }
}

impl Transcription {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[], |_| {}).await
    }

    pub(crate) async fn start_with(
        db: PgPool,
        variables: &[(&str, &str)],
        limit: impl FnOnce(&mut Limits),
    ) -> Self {
        let platform = Platform::start(db).await;
        let folder = platform.data_dir().join("speech");
        let mut settings =
            local_speech::Settings::new(platform.identity().clone(), platform.resolve(), 2, folder);
        settings.write = Some(platform.write());
        // Other tests may slow down the machine.
        settings.limits.step_time = Duration::from_secs(300);
        limit(&mut settings.limits);
        let speech = Speech::open(settings).expect("the engine");
        speech.instant(Some(TEXT));
        let endpoint = format!("http://{}", testing::serve(speech.router()).await);
        let own = [("SPEECH_RECOGNIZER", RECOGNIZER), ("SPEECH_ENDPOINT", endpoint.as_str())];
        let variables = [&own, variables].concat();
        let processing = Processing::start::<transcription::Transcription>(platform, &variables).await;
        Self { speech, processing }
    }

    /// Starts `transcription` with an engine that recognizes speech.
    pub(crate) async fn listening(db: PgPool) -> Self {
        let transcription = Self::start(db).await;
        transcription.speech.instant(None);
        transcription
    }

    /// Uploads a file without delivering its event. Returns the object and its generation.
    pub(crate) async fn uploaded(&self, content_type: &str, bytes: &[u8]) -> (ObjectName, i64) {
        let (object, generation) = self.upload(content_type, bytes).await;
        self.wait_for_event("uploads").await;
        (object, generation)
    }

    /// Waits until the finalize event of an object is published.
    pub(crate) async fn wait_for_event(&self, topic: &str) {
        testing::eventually("the finalize event", async || {
            (!self.platform.messages(topic).await.is_empty()).then_some(())
        })
        .await;
    }

    /// Creates an item, uploads its file, and delivers the event.
    pub(crate) async fn upload_and_deliver(&self, content_type: &str, bytes: &[u8]) -> ItemId {
        let (object, generation) = self.uploaded(content_type, bytes).await;
        self.deliver(&object, generation).await.assert_status(204);
        object.item_id
    }

    /// Creates a sample that is too long for a synchronous call, so that a batch operation processes it.
    pub(crate) async fn in_batch(&self) -> ItemId {
        let item = self.upload_and_deliver("audio/wav", &silence(60_000)).await;
        assert!(self.platform.item(item, "operation").await.is_some(), "an operation has begun");
        item
    }

    /// Waits for the output of a sample's operation and returns it.
    pub(crate) async fn output(&self, item: ItemId) -> (String, i64) {
        self.outputs("transcription", item, 1).await.remove(0)
    }

    /// Transcribes a file of any length, and asserts the properties that every processed sample has.
    pub(crate) async fn upload_and_transcribe(&self, content_type: &str, bytes: &[u8]) -> ItemId {
        let item = self.upload_and_deliver(content_type, bytes).await;
        if self.platform.item(item, "operation").await.is_some() {
            let output = self.output(item).await;
            self.deliver_output(&output).await.assert_status(204);
        }
        self.assert_processed(item).await;
        item
    }

    pub(crate) async fn assert_processed(&self, item: ItemId) {
        assert_eq!(self.platform.history(item).await, PROCESSED);
        let audited = self.platform.audited(item.0).await;
        assert_eq!(audited, [("voice.processed".to_owned(), "success".to_owned())]);
        for column in ["operation", "lease_until", "next_attempt_at", "progress_done", "failure_code"] {
            assert_eq!(self.platform.item(item, column).await, None, "{column}");
        }
    }

    /// Returns the segments of the current text.
    pub(crate) async fn segments(&self, item: ItemId) -> Vec<Segment> {
        let segments = sqlx::query_as(
            "select number as segment_number, text, item_parts.confidence, item_parts.language, words, channel
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

    /// Returns the failure code of an item and the number of calls to the engine.
    pub(crate) async fn failure(&self, item: ItemId) -> (Option<String>, u64) {
        (self.platform.item(item, "failure_code").await, self.speech.calls())
    }

    /// Advances the clock by two minutes, runs the `restart-stuck` task of `maintenance`, and delivers its messages.
    /// Returns the number of messages.
    pub(crate) async fn restart(&self) -> usize {
        self.platform.clock.advance(time::Duration::minutes(2));
        let maintenance = self.platform.push_client_of::<maintenance::Maintenance>(&[]);
        maintenance.post("/tasks/restart-stuck", Value::Null).await.assert_status(200);
        let messages = self.platform.messages("uploads").await;
        for (attributes, data) in &messages {
            let message = envelope("1", attributes, data);
            self.client.post("/events/object-finalized", message).await.assert_status(204);
        }
        messages.len()
    }

    /// Returns the names of the objects that conversions left.
    pub(crate) async fn conversions(&self) -> Vec<String> {
        let storage = StorageSettings::from_env(&self.platform.env()).expect("settings");
        let objects = Objects::new(&storage).expect("objects");
        let listed = objects.list(testing::RESULTS_BUCKET, "converted/").await.expect("a list");
        listed.into_iter().map(|object| object.name).collect()
    }

    /// Waits for the events of the pieces of conversions, which no function subscribes to.
    pub(crate) async fn wait_for_conversion_events(&self) {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            if self.platform.messages("results").await.is_empty() {
                return;
            }
        }
    }

    /// Waits until the operation of a sample ends.
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
    pub(crate) channel: Option<i16>,
}

/// Returns a recording that says "Good morning.", unless it has no sound.
pub(crate) fn recording(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(name)).expect("a recording")
}

/// The format of the samples of a WAV file: its tag, and the bits of a sample.
pub(crate) type Format = (u16, u16);

/// Returns a WAV file with these samples of each channel, from -1 to 1, at 16 kHz.
pub(crate) fn wav((tag, bits): Format, channels: &[&[f64]]) -> Vec<u8> {
    let count = u16::try_from(channels.len()).expect("a number");
    let frame = count * (bits / 8);
    let samples: Vec<u8> = (0..channels[0].len())
        .flat_map(|index| channels.iter().map(move |channel| channel[index]))
        .flat_map(|sample| match (tag, bits) {
            (1, 8) => vec![((sample + 1.0) * 127.5) as u8],
            (3, 32) => (sample as f32).to_le_bytes().to_vec(),
            (3, 64) => sample.to_le_bytes().to_vec(),
            _ => {
                let full = (sample * f64::from(i32::MAX)) as i32;
                full.to_le_bytes()[4 - usize::from(bits / 8)..].to_vec()
            }
        })
        .collect();
    let size = u32::try_from(samples.len()).expect("a size");
    let mut file = b"RIFF".to_vec();
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    for number in [tag, count, 16_000, 0] {
        file.extend(number.to_le_bytes());
    }
    file.extend((16_000 * u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(samples);
    file
}

/// Returns the samples of a WAV file with one channel of 16 bits, from -1 to 1.
pub(crate) fn samples(name: &str) -> Vec<f64> {
    let file = sample(name);
    let (_, data) = file.split_at(file.windows(4).position(|four| four == b"data").expect("samples") + 8);
    data.chunks_exact(2).map(|two| f64::from(i16::from_le_bytes([two[0], two[1]])) / 32_768.0).collect()
}

/// Returns a WAV file with this many milliseconds of silence.
pub(crate) fn silence(milliseconds: u32) -> Vec<u8> {
    let size = milliseconds * 32;
    let mut wav = sample("silence.wav")[..44].to_vec();
    wav[4..8].copy_from_slice(&(size + 36).to_le_bytes());
    wav[40..44].copy_from_slice(&size.to_le_bytes());
    wav.resize(44 + size as usize, 0);
    wav
}

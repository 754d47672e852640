//! Tests of recordings that are too long for a synchronous call.

use shared::{base::ids::ItemId, items::ItemStatus, testing::eventually};
use sqlx::PgPool;
use time::Duration;

use crate::support::{TEXT, Transcription, sample, silence};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn output_counts_once_despite_duplicate_and_late_events(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let item = transcription.in_batch().await;
    let output = transcription.output(item).await;
    assert_eq!(transcription.platform.status(item).await, ItemStatus::Processing);
    let deliveries = (0..10).map(|_| transcription.deliver_output(&output));
    for answer in futures::future::join_all(deliveries).await {
        answer.assert_status(204);
    }
    transcription.assert_processed(item).await;
    let segments = transcription.segments(item).await;
    assert_eq!((segments.len(), segments[0].text.as_str()), (1, TEXT));
    transcription.platform.change("update items set deleted_at = now() where id = $1", item.0).await;
    transcription.deliver_output(&output).await.assert_status(204);
    assert_eq!(transcription.speech.calls(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn output_with_a_lost_event_is_stored_when_the_operation_is_due(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let item = transcription.in_batch().await;
    let late = transcription.output(item).await;
    for _ in 0..20 {
        transcription.restart().await;
        if transcription.platform.status(item).await == ItemStatus::Approved {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    transcription.assert_processed(item).await;
    assert_eq!(transcription.platform.item(item, "text_attempt").await.as_deref(), Some("1"));
    transcription.deliver_output(&late).await.assert_status(204);
    transcription.assert_processed(item).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_reports_its_progress(db: PgPool) {
    let transcription = Transcription::start(db).await;
    transcription.speech.set_delay(std::time::Duration::from_secs(3));
    let item = transcription.in_batch().await;
    assert_eq!(transcription.restart().await, 1);
    let column = async |name| transcription.platform.item(item, name).await;
    assert_eq!(column("progress_done").await.as_deref(), Some("1"));
    assert_eq!(column("progress_total").await.as_deref(), Some("100"));
    assert_eq!(column("progress_unit").await.as_deref(), Some("percent"));
    let output = transcription.output(item).await;
    transcription.deliver_output(&output).await.assert_status(204);
    transcription.assert_processed(item).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_age_of_an_operation_does_not_include_its_time_in_the_queue(db: PgPool) {
    let transcription = Transcription::start(db).await;
    transcription.speech.hold_operations(true);
    transcription.speech.set_delay(std::time::Duration::from_secs(3600));
    let item = transcription.in_batch().await;
    let poll_after = async |hours| {
        transcription.platform.clock.advance(Duration::hours(hours));
        assert_eq!(transcription.restart().await, 1);
        transcription.platform.item(item, "operation").await
    };
    for _ in 0..3 {
        assert!(poll_after(40).await.is_some());
    }
    assert_eq!(transcription.platform.item(item, "progress_done").await, None);
    transcription.speech.hold_operations(false);
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(poll_after(47).await.is_some(), "the operation may run for a day");
    assert_eq!(poll_after(2).await, None);
    assert_eq!(transcription.platform.item(item, "failure_count").await.as_deref(), Some("4"));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn requests_above_the_configured_quotas_wait_and_the_attempt_does_not_count(db: PgPool) {
    let quotas = [("SPEECH_CALLS_PER_MINUTE", "1"), ("SPEECH_BATCHES_PER_MINUTE", "1")];
    let transcription = Transcription::start_with(db, &quotas, |_| {}).await;
    let seconds = transcription.platform.clock.now().unix_timestamp().rem_euclid(60);
    transcription.platform.clock.advance(Duration::seconds(60 - seconds));
    let column = async |item: ItemId, name| transcription.platform.item(item, name).await;
    let short = silence(1_000);
    let first = transcription.upload_and_deliver("audio/wav", &short).await;
    transcription.assert_processed(first).await;
    let second = transcription.upload_and_deliver("audio/wav", &short).await;
    assert_eq!(transcription.platform.status(second).await, ItemStatus::Processing);
    assert_eq!(column(second, "needs_batch").await.as_deref(), Some("false"));
    // Operations have a quota of their own.
    let third = transcription.in_batch().await;
    let fourth = transcription.upload_and_deliver("audio/wav", &silence(60_000)).await;
    assert_eq!(
        (column(fourth, "operation").await, column(fourth, "needs_batch").await.as_deref()),
        (None, Some("true"))
    );
    for item in [second, fourth] {
        assert_eq!(column(item, "failure_count").await.as_deref(), Some("0"));
        assert_eq!(column(item, "lease_until").await, None);
    }
    transcription.output(third).await;
    assert_eq!(transcription.speech.calls(), 2);
}

impl Transcription {
    /// Asserts that a sample whose operation failed gets its text from a second attempt.
    async fn assert_restarted(&self, item: ItemId) {
        let column = async |name| self.platform.item(item, name).await;
        for _ in 0..100 {
            self.restart().await;
            if column("attempt").await.as_deref() == Some("2") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let output = self.output(item).await;
        self.deliver_output(&output).await.assert_status(204);
        self.assert_processed(item).await;
        assert_eq!(column("text_attempt").await.as_deref(), Some("2"));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_that_fails_is_restarted(db: PgPool) {
    let transcription = Transcription::start(db).await;
    transcription.speech.fail_next_operations(1);
    let item = transcription.in_batch().await;
    transcription.assert_restarted(item).await;
    assert_eq!(transcription.speech.calls(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_operation_that_does_not_exist_is_restarted(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let item = transcription.in_batch().await;
    let orphan = transcription.output(item).await;
    let nowhere = "update items set operation = 'projects/alta-test/locations/eu/operations/7' where id = $1";
    transcription.platform.change(nowhere, item.0).await;
    transcription.assert_restarted(item).await;
    // The output of the first operation belongs to an earlier attempt.
    transcription.deliver_output(&orphan).await.assert_status(204);
    transcription.assert_processed(item).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn subscriptions_deliver_uploads_and_outputs_of_samples_but_not_of_documents(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let platform = &transcription.platform;
    platform.subscribe::<transcription::Transcription>(transcription.address).await;
    let mut objects = Vec::new();
    for (content_type, bytes) in [
        ("application/pdf", b"%PDF-1.7".to_vec()),
        ("audio/wav", silence(60_000)),
        ("audio/wav", sample("speech.wav")),
    ] {
        let object =
            platform.draft(transcription.project, &transcription.admin, content_type, bytes.len()).await;
        platform.upload(&object, bytes).await;
        objects.push(object);
    }
    for object in &objects[1..] {
        eventually("the text", async || {
            (platform.status(object.item_id).await == ItemStatus::Approved).then_some(())
        })
        .await;
        transcription.assert_processed(object.item_id).await;
    }
    eventually("the deliveries", async || {
        let outstanding = platform.pubsub.outstanding("transcription-uploads").unwrap_or_default();
        (outstanding == 0 && !platform.messages("uploads").await.is_empty()).then_some(())
    })
    .await;
    platform.messages("results").await;
    assert_eq!(platform.status(objects[0].item_id).await, ItemStatus::Draft);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_size_or_the_header_determines_the_kind_of_call(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let streamed = |milliseconds| {
        let mut wav = silence(milliseconds);
        wav[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
        wav
    };
    let mut flac = sample("speech.flac");
    let padded = |name: &str| {
        let mut bytes = sample(name);
        bytes.resize(240_001, 0);
        bytes
    };
    for (case, content_type, bytes, batch) in [
        ("54 seconds", "audio/wav", silence(54_000), false),
        ("55 seconds", "audio/wav", silence(55_000), true),
        ("54 seconds by the rest of the file", "audio/wav", streamed(54_000), false),
        ("56 seconds by the rest of the file", "audio/wav", streamed(56_000), true),
        ("a short FLAC", "audio/flac", flac.clone(), false),
        ("a small WebM without a duration", "audio/webm", sample("speech.webm"), false),
        ("a larger WebM whose packets are short", "audio/webm", padded("speech.webm"), false),
        ("a larger MP3 with a duration", "audio/mpeg", padded("speech.mp3"), false),
        (
            "a long FLAC",
            "audio/flac",
            {
                // The sample count has 36 bits. Ten million samples at 16 kHz exceed the limit.
                flac[22..26].copy_from_slice(&10_000_000_u32.to_be_bytes());
                flac
            },
            true,
        ),
    ] {
        let item = transcription.upload_and_deliver(content_type, &bytes).await;
        assert_eq!(transcription.platform.item(item, "operation").await.is_some(), batch, "{case}");
        if batch {
            transcription.output(item).await;
        }
    }
}

/// Returns a FLAC file whose header claims this many minutes.
fn flac(minutes: u32) -> Vec<u8> {
    let mut file = sample("speech.flac");
    file[22..26].copy_from_slice(&(minutes * 60 * 16_000).to_be_bytes());
    file
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn longer_recordings_go_to_a_model_that_takes_them(db: PgPool) {
    let transcription = Transcription::start(db).await;
    for (minutes, location) in [(20, "eu"), (21, "europe-west4"), (480, "europe-west4")] {
        let item = transcription.upload_and_deliver("audio/flac", &flac(minutes)).await;
        let operation = transcription.platform.item(item, "operation").await.expect("an operation");
        assert!(operation.contains(&format!("/locations/{location}/")), "{minutes}: {operation}");
        let output = transcription.output(item).await;
        transcription.deliver_output(&output).await.assert_status(204);
        transcription.assert_processed(item).await;
        assert_eq!(transcription.duration(item).await, Some(f64::from(minutes) * 60.0));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_recording_that_no_model_takes_is_refused_before_a_call(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let norwegian = "update projects set language = 'nb-NO' where id = $1";
    transcription.platform.change(norwegian, transcription.project.0).await;
    let item = transcription.upload_and_deliver("audio/flac", &flac(61)).await;
    assert_eq!(transcription.failure(item).await, (Some("too_long".to_owned()), 0));
    let message = transcription.platform.item(item, "failure_message").await.expect("a message");
    assert!(message.contains("longer than the hour"), "{message}");
    // In this language, recordings of up to an hour have no word times.
    let item = transcription.upload_and_deliver("audio/flac", &flac(60)).await;
    assert!(transcription.platform.item(item, "operation").await.is_some());
    transcription.output(item).await;
}

//! Tests of recordings that cannot be transcribed. Each fails immediately with a reason.

use shared::{base::ids::ItemId, items::ItemStatus};
use sqlx::PgPool;

use crate::support::{Transcription, recording, sample, silence};

const FAILED: [ItemStatus; 3] = [ItemStatus::Draft, ItemStatus::Processing, ItemStatus::Failed];

impl Transcription {
    async fn assert_failed(&self, item: ItemId, code: &str, calls: u64) {
        assert_eq!(self.failure(item).await, (Some(code.to_owned()), calls));
        assert_eq!(self.platform.history(item).await, FAILED);
        let audited = self.platform.audited(item.0).await;
        assert_eq!(audited, [("voice.failed".to_owned(), "failure".to_owned())]);
        assert_eq!(self.platform.item(item, "attempt").await.as_deref(), Some("1"));
        let message = self.platform.item(item, "failure_message").await.expect("a message");
        assert!(message.ends_with('.') && message.contains(". "), "no problem and remedy: {message}");
        for column in ["operation", "lease_until", "next_attempt_at", "progress_done"] {
            assert_eq!(self.platform.item(item, column).await, None, "{column}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_of_no_accepted_type_never_reaches_the_engine(db: PgPool) {
    let transcription = Transcription::start(db).await;
    for (declared, bytes) in [
        ("audio/mpeg", b"Dear Mrs. Albright,".to_vec()),
        ("audio/wav", sample("letter.pdf")),
        ("audio/wav", vec![0; 4]),
        // A Matroska file, which has the same container format as WebM.
        ("audio/webm", b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska".to_vec()),
    ] {
        let item = transcription.upload_and_deliver(declared, &bytes).await;
        transcription.assert_failed(item, "content_type_mismatch", 0).await;
        assert_eq!(transcription.platform.item(item, "type_checked").await.as_deref(), Some("false"));
        if bytes.ends_with(b"matroska") {
            let message = transcription.platform.item(item, "failure_message").await.expect("a message");
            assert!(message.starts_with("The file is a Matroska file, which is not accepted."), "{message}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_type_that_the_file_shows_counts(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let files = [
        ("audio/wav", "speech.wav"),
        ("audio/flac", "speech.flac"),
        ("audio/mpeg", "speech.mp3"),
        ("audio/mp4", "speech.m4a"),
        ("audio/ogg", "speech.ogg"),
        ("audio/webm", "speech.webm"),
    ];
    for (place, (declared, _)) in files.iter().enumerate() {
        let (shown, file) = files[(place + 1) % files.len()];
        let item = transcription.upload_and_deliver(declared, &sample(file)).await;
        assert_eq!(transcription.platform.item(item, "content_type").await.as_deref(), Some(shown));
        assert_eq!(transcription.platform.history(item).await, crate::support::PROCESSED, "{file}");
        assert_eq!(
            transcription.platform.audited(item.0).await,
            ["voice.updated", "voice.processed"].map(|action| (action.to_owned(), "success".to_owned()))
        );
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn defects_that_are_visible_in_the_header_need_no_call(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let changed = |at: usize, bytes: &[u8]| {
        let mut wav = silence(1000);
        wav[at..at + bytes.len()].copy_from_slice(bytes);
        wav
    };
    let mut long = silence(1000);
    // One channel, 8 bits per sample, one sample per second, encoded with the A-law.
    long[20..22].copy_from_slice(&6_u16.to_le_bytes());
    long[24..28].copy_from_slice(&1_u32.to_le_bytes());
    long[34..36].copy_from_slice(&8_u16.to_le_bytes());
    for (case, bytes, code) in [
        ("no channels", changed(22, &[0, 0]), "unreadable"),
        ("no rate", changed(24, &[0; 4]), "unreadable"),
        ("no format", changed(12, b"LIST"), "unreadable"),
        ("a header only", silence(0), "no_speech"),
        ("no samples at all", silence(0)[..36].to_vec(), "no_speech"),
        ("nine hours", long, "too_long"),
    ] {
        println!("{case}");
        let item = transcription.upload_and_deliver("audio/wav", &bytes).await;
        transcription.assert_failed(item, code, 0).await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn defects_that_only_the_engine_detects_need_one_call(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let item = transcription.upload_and_deliver("audio/wav", &sample("silence.wav")).await;
    transcription.assert_failed(item, "no_speech", 1).await;
    let text = [b"ID3\x04".as_slice(), &sample("letter.txt")].concat();
    let item = transcription.upload_and_deliver("audio/mpeg", &text).await;
    transcription.assert_failed(item, "unreadable", 2).await;
    let item = transcription.upload_and_deliver("audio/mp4", &sample("speech.m4a")[..1000]).await;
    transcription.assert_failed(item, "unreadable", 3).await;

    let (object, generation) = transcription.uploaded("audio/ogg", &sample("speech.ogg")).await;
    let klingon = "update voice_samples set requested_language = 'tlh' where item_id = $1";
    transcription.platform.change(klingon, object.item_id.0).await;
    transcription.deliver(&object, generation).await.assert_status(204);
    transcription.assert_failed(object.item_id, "unsupported_language", 3).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_recording_without_a_duration_that_is_too_long_never_reaches_the_engine(db: PgPool) {
    let transcription = Transcription::start(db).await;
    // A cluster with a block 61 minutes after the first one.
    let mut long = recording("browser.webm");
    long.extend(b"\x1f\x43\xb6\x75\x8f\xe7\x84");
    long.extend((61 * 60 * 1000_u32).to_be_bytes());
    long.extend(b"\xa3\x87\x81\0\0\x80\xfc\xff\xfe");
    for (language, is_too_long) in [
        ("update voice_samples set requested_language = 'nb-NO' where item_id = $1", true),
        ("update voice_samples set requested_language = 'de-DE' where item_id = $1", false),
    ] {
        let (object, generation) = transcription.uploaded("audio/webm", &long).await;
        transcription.platform.change(language, object.item_id.0).await;
        transcription.deliver(&object, generation).await.assert_status(204);
        if is_too_long {
            transcription.assert_failed(object.item_id, "too_long", 0).await;
        } else {
            let output = transcription.output(object.item_id).await;
            transcription.deliver_output(&output).await.assert_status(204);
            transcription.assert_processed(object.item_id).await;
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_failed_operation_reports_the_defect_of_the_file(db: PgPool) {
    let transcription =
        Transcription::start_with(db, &[], |limits| limits.batch_length = std::time::Duration::from_secs(70))
            .await;
    transcription.speech.instant(None);
    let mut broken = sample("speech.mp3")[..4].to_vec();
    broken.resize(300_000, b' ');
    let long = silence(71_000);
    for (calls, (content_type, bytes, code)) in
        (1..).zip([("audio/mpeg", broken, "unreadable"), ("audio/wav", long, "too_long")])
    {
        let item = transcription.upload_and_deliver(content_type, &bytes).await;
        assert!(transcription.platform.item(item, "operation").await.is_some());
        transcription.operation_ended(calls).await;
        for _ in 0..20 {
            transcription.restart().await;
            if transcription.platform.status(item).await == ItemStatus::Failed {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        transcription.assert_failed(item, code, calls).await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_minute_of_silence_fails_when_its_output_arrives(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let item = transcription.in_batch().await;
    let output = transcription.output(item).await;
    for _ in 0..2 {
        transcription.deliver_output(&output).await.assert_status(204);
        transcription.assert_failed(item, "no_speech", 1).await;
    }
}

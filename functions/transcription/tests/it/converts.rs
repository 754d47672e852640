//! Tests of recordings that are converted, because the engine does not read them.

use http::StatusCode;
use shared::items::ItemStatus;
use sqlx::PgPool;

use crate::support::{Transcription, recording, sample, samples, wav};

/// Returns a WAV file in the 64-bit form (EBU Tech 3306).
fn rf64(file: &[u8]) -> Vec<u8> {
    let data = file.len() as u64 - 44;
    let mut made = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
    made.extend((file.len() as u64 + 28).to_le_bytes());
    made.extend(data.to_le_bytes());
    made.extend((data / 2).to_le_bytes());
    made.extend([0; 4]);
    made.extend(&file[12..40]);
    made.extend([0xff; 4]);
    made.extend(&file[44..]);
    made
}

/// Returns a Broadcast Wave file (EBU Tech 3285), whose first chunk describes it.
fn bwf(file: &[u8]) -> Vec<u8> {
    let mut made = file[..12].to_vec();
    made.extend(b"bext\x5a\x02\0\0");
    made.extend([b' '; 602]);
    made.extend(&file[12..]);
    made
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn formats_of_recorders_are_transcribed(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let speech: &[f64] = &samples("speech.wav")[..16_000 * 5 / 4];
    let plain = wav((1, 16), &[speech]);
    let behind_tag = [b"ID3\x04\0\0\0\0\x02\0".as_slice(), &[0; 256], &sample("speech.flac")].concat();
    let behind_zeros = [[0; 3000].as_slice(), &sample("speech.mp3")].concat();
    let files = [
        ("8 bits", "audio/wav", wav((1, 8), &[speech])),
        ("24 bits", "audio/wav", wav((1, 24), &[speech])),
        ("32 bits", "audio/wav", wav((1, 32), &[speech])),
        ("32-bit float", "audio/wav", wav((3, 32), &[speech])),
        ("64-bit float", "audio/wav", wav((3, 64), &[speech])),
        ("RF64", "audio/wav", rf64(&plain)),
        ("Broadcast Wave", "audio/wav", bwf(&plain)),
        ("Microsoft ADPCM", "audio/wav", recording("adpcm-ms.wav")),
        ("IMA ADPCM", "audio/wav", recording("adpcm-ima.wav")),
        ("Apple Lossless", "audio/mp4", recording("alac.m4a")),
        ("Vorbis in Ogg", "audio/ogg", recording("vorbis.ogg")),
        ("Vorbis in WebM", "audio/webm", recording("vorbis.webm")),
        ("FLAC in Ogg", "audio/ogg", recording("flac.ogg")),
        ("FLAC behind a tag", "audio/flac", behind_tag),
        ("MPEG layer II", "audio/mpeg", recording("layer-2.mp3")),
        ("MP3 behind zero bytes", "audio/mpeg", behind_zeros),
    ];
    let count = files.len() as u64;
    for (case, content_type, bytes) in files {
        let item = transcription.upload_and_transcribe(content_type, &bytes).await;
        let segments = transcription.segments(item).await;
        println!("{case}: {}", segments[0].text);
        assert_eq!(segments[0].text, "Good morning.", "{case}");
        assert_eq!(segments[0].channel, None, "{case}");
        let duration = transcription.duration(item).await.expect("a duration");
        assert!(duration > 1.0, "{case}: {duration}");
    }
    assert_eq!(transcription.speech.calls(), count);
    assert_eq!(transcription.conversions().await, Vec::<String>::new());
    transcription.wait_for_conversion_events().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn wav_files_with_wrong_sizes_are_read_to_their_end(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let file = wav((1, 16), &[&samples("speech.wav")[..16_000 * 5 / 4]]);
    let stated = |size: u32| {
        let mut file = file.clone();
        file[40..44].copy_from_slice(&size.to_le_bytes());
        file
    };
    for (case, bytes) in [
        ("of a pipe", stated(0x7fff_f000)),
        ("the largest", stated(0x7fff_ffff)),
        ("one byte too many", stated(40_001)),
        ("a truncated file", file[..file.len() - 3001].to_vec()),
    ] {
        let item = transcription.upload_and_transcribe("audio/wav", &bytes).await;
        assert_eq!(transcription.segments(item).await[0].text, "Good morning.", "{case}");
    }
    let item = transcription.upload_and_transcribe("audio/wav", &sample("lying-header.wav")).await;
    let duration = transcription.duration(item).await.expect("a duration");
    assert!(duration < 4.0, "{duration}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_recording_that_cannot_be_converted_fails_with_the_reason(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    for (file, content_type, code, reason) in [
        ("speex.ogg", "audio/ogg", "unsupported_encoding", "Speex is not supported."),
        ("gsm.wav", "audio/wav", "unsupported_encoding", "GSM in WAV is not supported."),
        ("no-sound.mp4", "audio/mp4", "no_sound_track", "The file has no sound track."),
        ("no-sound.webm", "audio/webm", "no_sound_track", "The file has no sound track."),
        (
            "two-tracks-opus.webm",
            "audio/webm",
            "unsupported_encoding",
            "A file with several tracks of Opus is not supported.",
        ),
        (
            "two-tracks-opus.ogg",
            "audio/ogg",
            "unsupported_encoding",
            "A file with several tracks of Opus is not supported.",
        ),
    ] {
        let item = transcription.upload_and_deliver(content_type, &recording(file)).await;
        assert_eq!(transcription.failure(item).await, (Some(code.to_owned()), 0), "{file}");
        let message = transcription.platform.item(item, "failure_message").await.expect("a message");
        assert!(message.starts_with(reason), "{message}");
    }
    // The frames of an encoding that can be decoded are broken.
    let mut broken = recording("alac.m4a");
    let middle = broken.len() / 2;
    broken.truncate(middle);
    let item = transcription.upload_and_deliver("audio/mp4", &broken).await;
    assert_eq!(transcription.failure(item).await.0.as_deref(), Some("unreadable"));
}

/// Returns a five-minute, 24-bit WAV file with a quiet tone. Its conversion takes three pieces.
fn five_minutes() -> Vec<u8> {
    let tone: Vec<f64> = (0..16_000 * 300).map(|index| f64::from(index % 40) / 4000.0).collect();
    wav((1, 24), &[&tone])
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_conversion_continues_in_the_next_delivery(db: PgPool) {
    let steps = [("CONVERSION_STEP_SECONDS", "0")];
    let transcription = Transcription::start_with(db, &steps, |_| {}).await;
    let item = transcription.upload_and_deliver("audio/wav", &five_minutes()).await;
    let mut seen = vec![transcription.conversions().await.len()];
    for _ in 0..10 {
        assert_eq!(transcription.platform.status(item).await, ItemStatus::Processing);
        if transcription.platform.item(item, "operation").await.is_some() {
            break;
        }
        assert_eq!(transcription.platform.item(item, "failure_count").await.as_deref(), Some("0"));
        transcription.restart().await;
        seen.push(transcription.conversions().await.len());
    }
    // Each delivery adds a piece. The last one composes them behind a header.
    assert_eq!(seen, [1, 2, 5], "{:?}", transcription.conversions().await);
    let output = transcription.output(item).await;
    transcription.deliver_output(&output).await.assert_status(204);
    transcription.assert_processed(item).await;
    assert_eq!(transcription.duration(item).await, Some(300.0));
    assert_eq!(transcription.conversions().await, Vec::<String>::new());
    transcription.wait_for_conversion_events().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_conversion_continues_after_a_crash(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let (object, generation) = transcription.uploaded("audio/wav", &five_minutes()).await;
    let item = object.item_id;
    {
        // The instance dies while it writes the second piece or a later one.
        let delivery = transcription.deliver(&object, generation);
        tokio::pin!(delivery);
        let first = async {
            while transcription.conversions().await.is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            _ = &mut delivery => panic!("the delivery ended before the crash"),
            () = first => (),
        }
    }
    let before = transcription.conversions().await;
    assert!(!before.is_empty());
    // On a slow machine, the transcription is left to another delivery.
    for _ in 0..5 {
        transcription.restart().await;
        if transcription.platform.item(item, "operation").await.is_some() {
            break;
        }
    }
    let after = transcription.conversions().await;
    assert!(after.starts_with(&before[..1]), "{before:?} {after:?}");
    let output = transcription.output(item).await;
    transcription.deliver_output(&output).await.assert_status(204);
    transcription.assert_processed(item).await;
    transcription.wait_for_conversion_events().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_conversion_is_deleted_when_its_recording_fails(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let silent = wav((1, 24), &[&[0.0; 16_000]]);
    let item = transcription.upload_and_deliver("audio/wav", &silent).await;
    assert_eq!(transcription.failure(item).await, (Some("no_speech".to_owned()), 1));
    assert_eq!(transcription.conversions().await, Vec::<String>::new());

    // After a failed call, the conversion is used again.
    let (object, generation) =
        transcription.uploaded("audio/wav", &wav((1, 24), &[&samples("speech.wav")])).await;
    transcription.speech.fail_next(1, StatusCode::INTERNAL_SERVER_ERROR);
    transcription.deliver(&object, generation).await.assert_status(204);
    let converted = transcription.conversions().await;
    assert_eq!(converted.len(), 3, "{converted:?}");
    transcription.restart().await;
    transcription.assert_processed(object.item_id).await;
    assert_eq!(transcription.conversions().await, Vec::<String>::new());
    transcription.wait_for_conversion_events().await;
}

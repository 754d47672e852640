//! Tests of recordings with several channels.

use local_documentai::word_error_rate;
use sqlx::PgPool;

use crate::support::{Transcription, recording, sample, samples, silence, wav};

/// The format that Speech-to-Text reads.
const PCM: (u16, u16) = (1, 16);

impl Transcription {
    /// Transcribes a recording and returns the channel and text of each segment.
    async fn heard_by_channel(&self, content_type: &str, bytes: &[u8]) -> Vec<(Option<i16>, String)> {
        let item = self.upload_and_transcribe(content_type, bytes).await;
        let segments = self.segments(item).await.into_iter();
        segments.map(|segment| (segment.channel, segment.text)).collect()
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_speaker_of_a_call_is_transcribed_with_the_channel(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let heard = transcription.heard_by_channel("audio/wav", &sample("call.wav")).await;
    let text: Vec<&str> = heard.iter().map(|(_, text)| text.as_str()).collect();
    let expected = String::from_utf8(sample("call.txt")).expect("text");
    assert!(word_error_rate(&expected, &text.join(" ")) < 0.1, "{heard:?}");
    let (first, second): (Vec<_>, Vec<_>) = heard.iter().partition(|(channel, _)| *channel == Some(1));
    assert!(first.iter().any(|(_, text)| text.contains("morning")), "{heard:?}");
    assert!(second.iter().all(|(channel, _)| *channel == Some(2)), "{heard:?}");
    assert!(second.iter().any(|(_, text)| text.contains("thank")), "{heard:?}");
    // The call is in 24 bits, so it was converted.
    assert_eq!(transcription.conversions().await, Vec::<String>::new());
    transcription.wait_for_conversion_events().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn of_a_recording_that_the_engine_reads_only_channels_that_differ_are_billed(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let speech = samples("speech.wav");
    let silent = vec![0.0; speech.len()];
    let inverse: Vec<f64> = speech.iter().map(|sample| -sample).collect();
    let expected = String::from_utf8(sample("speech.txt")).expect("text");
    for (case, channels, channel, billed) in [
        ("one channel", vec![&speech], None, 1),
        ("the second channel", vec![&silent, &speech], Some(2), 2),
        ("the first channel", vec![&speech, &silent], None, 1),
        ("the same on both", vec![&speech, &speech], None, 1),
        ("antiphase", vec![&speech, &inverse], None, 1),
    ] {
        let channels: Vec<&[f64]> = channels.into_iter().map(Vec::as_slice).collect();
        let before = transcription.speech.channels();
        let heard = transcription.heard_by_channel("audio/wav", &wav(PCM, &channels)).await;
        let text: Vec<&str> = heard.iter().map(|(_, text)| text.as_str()).collect();
        let rate = word_error_rate(&expected, &text.join(" "));
        assert!(rate < 0.1, "{case}: {rate} {heard:?}");
        assert!(heard.iter().all(|(found, _)| *found == channel), "{case}: {heard:?}");
        assert_eq!(transcription.speech.channels() - before, billed, "{case}");
    }
    assert_eq!(transcription.conversions().await, Vec::<String>::new());
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn channels_that_cannot_be_compared_in_time_are_recognized_and_merged(db: PgPool) {
    let steps = [("CONVERSION_STEP_SECONDS", "0")];
    let transcription = Transcription::start_with(db, &steps, |_| {}).await;
    transcription.speech.instant(None);
    let speech = samples("speech.wav");
    let heard = transcription.heard_by_channel("audio/wav", &wav(PCM, &[&speech, &speech])).await;
    assert!(heard.iter().all(|(channel, _)| channel.is_none()), "{heard:?}");
    assert_eq!(transcription.speech.channels(), 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn channels_and_tracks_with_the_same_sound_count_once(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    for (file, content_type, channel, billed) in [
        ("antiphase.mp3", "audio/mpeg", None, 1),
        ("stereo-same.ogg", "audio/ogg", None, 1),
        ("two-tracks.m4a", "audio/mp4", Some(2), 2),
        ("two-tracks.webm", "audio/webm", Some(2), 2),
    ] {
        let before = transcription.speech.channels();
        let heard = transcription.heard_by_channel(content_type, &recording(file)).await;
        assert_eq!(heard, [(channel, "Good morning.".to_owned())], "{file}");
        assert_eq!(transcription.speech.channels() - before, billed, "{file}");
    }
    transcription.wait_for_conversion_events().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_duration_is_that_of_the_recording(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    let mut trailing = samples("speech.wav");
    trailing.resize(16_000 * 6 + 4800, 0.0);
    let item = transcription.upload_and_transcribe("audio/wav", &wav(PCM, &[&trailing])).await;
    assert_eq!(transcription.duration(item).await, Some(6.3));
    let item = transcription.upload_and_transcribe("audio/wav", &wav((1, 24), &[&trailing])).await;
    assert_eq!(transcription.duration(item).await, Some(6.3));
    for (file, content_type) in [
        ("speech.flac", "audio/flac"),
        ("speech.m4a", "audio/mp4"),
        ("speech.ogg", "audio/ogg"),
        ("speech.mp3", "audio/mpeg"),
    ] {
        let item = transcription.upload_and_transcribe(content_type, &sample(file)).await;
        let duration = transcription.duration(item).await.expect("a duration");
        assert!((5.4..5.7).contains(&duration), "{file}: {duration}");
    }
    // The container has no duration.
    let item = transcription.upload_and_transcribe("audio/webm", &recording("browser.webm")).await;
    let duration = transcription.duration(item).await.expect("a duration");
    assert!((4.0..4.5).contains(&duration), "{duration}");
    transcription.speech.instant(Some("Good morning, everyone."));
    let item = transcription.upload_and_transcribe("audio/wav", &silence(60_400)).await;
    assert_eq!(transcription.duration(item).await, Some(60.4));
    transcription.wait_for_conversion_events().await;
}

//! Tests with actual speech recognition.

use std::time::Duration;

use local_documentai::word_error_rate;
use sqlx::PgPool;

use crate::support::{Transcription, sample};

impl Transcription {
    /// Transcribes a sample and asserts that the text matches the spoken text, up to an error rate.
    async fn assert_heard(&self, file: &str, content_type: &str, text: &str, rate: f64) {
        let item = self.upload_and_transcribe(content_type, &sample(file)).await;
        let segments = self.segments(item).await;
        let recognized: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
        let expected = String::from_utf8(sample(text)).expect("text");
        let errors = word_error_rate(&expected, &recognized.join(" "));
        let duration = self.duration(item).await.expect("a duration");
        println!("{file}: word error rate {errors:.3}, {} segments, {duration} s", segments.len());
        assert!(errors <= rate, "{file}: {errors}: {recognized:?}");
        let mut end = 0.0;
        for (segment, number) in segments.iter().zip(1..) {
            assert_eq!(segment.segment_number, number);
            assert!(segment.confidence.is_some_and(|confidence| confidence > 0.3 && confidence <= 1.0));
            assert_eq!(segment.language.as_deref(), Some("en-US"));
            let words = segment.words.as_array().expect("words");
            assert_eq!(words.len(), segment.text.split_whitespace().count());
            for word in words {
                let number = |name: &str| word[name].as_f64().expect("a number");
                assert!(word["word"].is_string() && (0.0..=1.0).contains(&number("confidence")), "{word}");
                assert!(end <= number("start") && number("start") < number("end"), "{word} after {end}");
                end = number("end");
            }
        }
        assert!(end <= duration && duration < end + 2.0, "{end} of {duration}");
        assert_eq!(self.platform.item(item, "language").await.as_deref(), Some("en-US"));
        assert!(self.platform.item(item, "confidence").await.is_some());
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_sentence_in_any_format_becomes_words_with_times_and_confidences(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    for (file, content_type) in [
        ("speech.wav", "audio/wav"),
        ("speech.flac", "audio/flac"),
        ("speech.mp3", "audio/mpeg"),
        ("speech.m4a", "audio/mp4"),
        ("speech.ogg", "audio/ogg"),
        ("speech.webm", "audio/webm"),
    ] {
        transcription.assert_heard(file, content_type, "speech.txt", 0.1).await;
    }
    assert_eq!(transcription.speech.calls(), 6);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_talk_is_transcribed_by_an_operation(db: PgPool) {
    let transcription = Transcription::listening(db).await;
    transcription.assert_heard("long-speech.ogg", "audio/ogg", "long-speech.txt", 0.05).await;
    assert_eq!(transcription.speech.calls(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_recording_that_is_refused_as_too_long_is_transcribed_by_an_operation(db: PgPool) {
    let transcription =
        Transcription::start_with(db, &[], |limits| limits.sync_length = Duration::from_secs(2)).await;
    transcription.speech.instant(None);
    transcription.assert_heard("speech.flac", "audio/flac", "speech.txt", 0.1).await;
    // One synchronous call, which was refused, and one batch operation.
    assert_eq!(transcription.speech.calls(), 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_language_is_resolved_to_one_of_the_engine(db: PgPool) {
    let transcription = Transcription::start_with(db, &[("DEFAULT_LANGUAGE", "en")], |_| {}).await;
    let language = async |item| transcription.platform.item(item, "language").await;
    let wav = sample("speech.wav");
    let item = transcription.upload_and_transcribe("audio/wav", &wav).await;
    assert_eq!(language(item).await.as_deref(), Some("en-US"));
    for (of_project, resolved) in [
        ("update projects set language = 'zh-CN' where id = $1", "cmn-Hans-CN"),
        ("update projects set language = 'nb-NO' where id = $1", "no-NO"),
        ("update projects set language = 'he-IL' where id = $1", "iw-IL"),
        ("update projects set language = 'pt' where id = $1", "pt-BR"),
    ] {
        transcription.platform.change(of_project, transcription.project.0).await;
        let item = transcription.upload_and_transcribe("audio/wav", &wav).await;
        assert_eq!(language(item).await.as_deref(), Some(resolved));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_language_of_the_sample_overrides_the_projects_and_the_default(db: PgPool) {
    let transcription = Transcription::start_with(db, &[("DEFAULT_LANGUAGE", "en-GB")], |_| {}).await;
    let language = async |item| transcription.platform.item(item, "language").await;
    let wav = sample("speech.wav");
    let item = transcription.upload_and_transcribe("audio/wav", &wav).await;
    assert_eq!(language(item).await.as_deref(), Some("en-GB"));

    let of_project = "update projects set language = 'fr-FR' where id = $1";
    transcription.platform.change(of_project, transcription.project.0).await;
    let item = transcription.upload_and_transcribe("audio/wav", &wav).await;
    assert_eq!(language(item).await.as_deref(), Some("fr-FR"));

    let (object, generation) = transcription.uploaded("audio/wav", &wav).await;
    let own = "update voice_samples set requested_language = 'de-DE' where item_id = $1";
    transcription.platform.change(own, object.item_id.0).await;
    transcription.deliver(&object, generation).await.assert_status(204);
    assert_eq!(language(object.item_id).await.as_deref(), Some("de-DE"));
}

//! What an answer to `:recognize` holds, and how well each format is heard.

use google_cloud_speech_v2::model::RecognitionFeatures;
use google_cloud_wkt::Duration;
use local_documentai::word_error_rate;
use local_speech::Speech;
use serde_json::{Value, json};

use crate::harness::{Service, bytes_of, config, sent, silence, stored, text, truth};

fn seconds(offset: Option<&Duration>) -> f64 {
    let offset = offset.expect("an offset");
    offset.seconds() as f64 + f64::from(offset.nanos()) / 1e9
}

#[tokio::test]
async fn every_format_is_heard() {
    let service = Service::start().await;
    for format in ["wav", "flac", "mp3", "m4a", "ogg", "webm"] {
        let answer = service.recognize(stored(&format!("speech.{format}"))).await.expect("an answer");
        let rate = word_error_rate(&truth("speech.txt"), &text(&answer.results));
        println!("speech.{format}: word error rate {rate:.4}");
        assert!(rate < 0.08, "{format}: {rate}\n{}", text(&answer.results));
    }
    assert_eq!(service.speech.calls(), 6);
    assert_eq!(Speech::missing_tools(), Vec::<&str>::new());
}

#[tokio::test]
async fn an_answer_holds_sentences_with_words_and_their_places() {
    let service = Service::start().await;
    let answer = service.recognize(sent(bytes_of("speech.wav"))).await.expect("an answer");
    let [greeting, name] = answer.results.as_slice() else { panic!("{:?}", answer.results) };
    assert_eq!(greeting.alternatives[0].transcript, "Good morning.");
    assert_eq!(greeting.language_code, "en-US");
    let words = [&greeting.alternatives[0].words, &name.alternatives[0].words];
    let mut last = 0.0;
    for word in words.into_iter().flatten() {
        let (start, end) = (seconds(word.start_offset.as_ref()), seconds(word.end_offset.as_ref()));
        assert!(start >= last && end > start, "{word:?} after {last}");
        assert!(word.confidence > 0.0 && word.confidence <= 1.0);
        last = start;
    }
    assert!(last > 4.0 && last < 5.5, "{last}");
    let end = seconds(name.result_end_offset.as_ref());
    assert!(end > last && end <= 5.51, "{end}");
    assert!(name.alternatives[0].confidence > 0.5);
    let metadata = answer.metadata.expect("metadata");
    assert_eq!(seconds(metadata.total_billed_duration.as_ref()), 6.0);
    assert!(!metadata.request_id.is_empty());
    assert_eq!(service.audio_files(), 0);
}

#[tokio::test]
async fn features_that_were_not_asked_for_are_left_out() {
    let service = Service::start().await;
    let request = stored("speech.ogg").set_config(config().set_features(RecognitionFeatures::new()));
    let answer = service.recognize(request).await.expect("an answer");
    let alternative = &answer.results[0].alternatives[0];
    assert_eq!(alternative.transcript, "good morning");
    assert!(alternative.words.is_empty() && alternative.confidence > 0.0);
}

#[tokio::test]
async fn another_language_is_answered_under_its_name() {
    let service = Service::start().await;
    let request = stored("speech.mp3").set_config(config().set_language_codes(["de-DE"]));
    let answer = service.recognize(request).await.expect("an answer");
    assert_eq!(answer.results[0].language_code, "de-DE");
}

#[tokio::test]
async fn silence_and_noise_give_no_results() {
    let service = Service::start().await;
    let answer = service.recognize(stored("silence.wav")).await.expect("an answer");
    assert!(answer.results.is_empty());
    assert_eq!(seconds(answer.metadata.expect("metadata").total_billed_duration.as_ref()), 2.0);
    let mut noise = silence(3000);
    let mut state = 1_u32;
    for sample in noise[44..].chunks_exact_mut(2) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sample.copy_from_slice(&(((state >> 16) as i16) / 40).to_le_bytes());
    }
    let answer = service.recognize(sent(noise)).await.expect("an answer");
    assert!(answer.results.is_empty(), "{}", text(&answer.results));
}

#[tokio::test]
async fn a_header_that_claims_more_than_there_is_changes_nothing() {
    let service = Service::start().await;
    let answer = service.recognize(stored("lying-header.wav")).await.expect("an answer");
    let rate = word_error_rate(&truth("lying-header.txt"), &text(&answer.results));
    assert!(rate < 0.01, "{}", text(&answer.results));
    assert!(seconds(answer.metadata.expect("metadata").total_billed_duration.as_ref()) < 4.0);
}

#[tokio::test]
async fn base64_of_either_alphabet_is_read() {
    let service = Service::start().await;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let content = base64::Engine::encode(&engine, bytes_of("speech.ogg"));
    let config = json!({"autoDecodingConfig": {}, "languageCodes": ["en-US"], "model": "long"});
    let answer = service.post("recognize", &json!({"config": config, "content": content})).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["results"][0]["alternatives"][0]["transcript"], "good morning");
    assert!(answer["results"][0]["resultEndOffset"].as_str().is_some_and(|end| end.ends_with('s')));
}

#[tokio::test]
async fn instant_mode_answers_its_text_without_the_engine() {
    let service = Service::with(|settings| settings.limits.requests_per_minute = Some(1)).await;
    service.speech.instant(Some("fixed"));
    for _ in 0..3 {
        let answer = service.recognize(stored("absent.wav")).await.expect("an answer");
        assert_eq!(text(&answer.results), "fixed");
    }
    assert_eq!(service.speech.calls(), 3);
}

//! The content of `:recognize` responses, and the quality for each format.

use google_cloud_speech_v2::model::{RecognitionFeatures, recognition_features::MultiChannelMode};
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
async fn every_format_is_transcribed() {
    let service = Service::start().await;
    for format in ["wav", "flac", "mp3", "m4a", "ogg", "webm"] {
        let response = service.recognize(stored(&format!("speech.{format}"))).await.expect("a response");
        let rate = word_error_rate(&truth("speech.txt"), &text(&response.results));
        println!("speech.{format}: word error rate {rate:.4}");
        assert!(rate < 0.08, "{format}: {rate}\n{}", text(&response.results));
    }
    assert_eq!(service.speech.calls(), 6);
    assert_eq!(Speech::missing_tools(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_response_has_sentences_with_words_and_positions() {
    let service = Service::start().await;
    let response = service.recognize(sent(bytes_of("speech.wav"))).await.expect("a response");
    let [greeting, name] = response.results.as_slice() else { panic!("{:?}", response.results) };
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
    let metadata = response.metadata.expect("metadata");
    assert_eq!(seconds(metadata.total_billed_duration.as_ref()), 6.0);
    assert!(!metadata.request_id.is_empty());
    assert_eq!(service.audio_files(), 0);
}

#[tokio::test]
async fn features_that_were_not_requested_are_omitted() {
    let service = Service::start().await;
    let request = stored("speech.ogg").set_config(config().set_features(RecognitionFeatures::new()));
    let response = service.recognize(request).await.expect("a response");
    let alternative = &response.results[0].alternatives[0];
    assert_eq!(alternative.transcript, "good morning");
    assert!(alternative.words.is_empty() && alternative.confidence > 0.0);
}

#[tokio::test]
async fn another_language_is_returned_with_its_code() {
    let service = Service::start().await;
    let request = stored("speech.mp3").set_config(config().set_language_codes(["de-DE"]));
    let response = service.recognize(request).await.expect("a response");
    assert_eq!(response.results[0].language_code, "de-DE");
}

#[tokio::test]
async fn silence_and_noise_have_no_results() {
    let service = Service::start().await;
    let response = service.recognize(stored("silence.wav")).await.expect("a response");
    assert!(response.results.is_empty());
    assert_eq!(seconds(response.metadata.expect("metadata").total_billed_duration.as_ref()), 2.0);
    let mut noise = silence(3000);
    let mut state = 1_u32;
    for sample in noise[44..].chunks_exact_mut(2) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sample.copy_from_slice(&(((state >> 16) as i16) / 40).to_le_bytes());
    }
    let response = service.recognize(sent(noise)).await.expect("a response");
    assert!(response.results.is_empty(), "{}", text(&response.results));
}

#[tokio::test]
async fn a_header_that_claims_too_much_audio_is_ignored() {
    let service = Service::start().await;
    let response = service.recognize(stored("lying-header.wav")).await.expect("a response");
    let rate = word_error_rate(&truth("lying-header.txt"), &text(&response.results));
    assert!(rate < 0.01, "{}", text(&response.results));
    assert!(seconds(response.metadata.expect("metadata").total_billed_duration.as_ref()) < 4.0);
}

#[tokio::test]
async fn base64_of_either_alphabet_is_read() {
    let service = Service::start().await;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let content = base64::Engine::encode(&engine, bytes_of("speech.ogg"));
    let config = json!({"autoDecodingConfig": {}, "languageCodes": ["en-US"], "model": "long"});
    let response = service.post("recognize", &json!({"config": config, "content": content})).await;
    assert_eq!(response.status(), 200);
    let response: Value = response.json().await.expect("JSON");
    assert_eq!(response["results"][0]["alternatives"][0]["transcript"], "good morning");
    assert!(response["results"][0]["resultEndOffset"].as_str().is_some_and(|end| end.ends_with('s')));
}

#[tokio::test]
async fn instant_mode_returns_its_text_without_the_engine() {
    let service = Service::with(|settings| settings.limits.requests_per_minute = Some(1)).await;
    service.speech.instant(Some("fixed"));
    for _ in 0..3 {
        let response = service.recognize(stored("absent.wav")).await.expect("a response");
        assert_eq!(text(&response.results), "fixed");
    }
    assert_eq!(service.speech.calls(), 3);
}

#[tokio::test]
async fn only_the_first_channel_is_recognized_unless_all_are_requested() {
    let service = Service::start().await;
    // Like the service, the stand-in does not read 24 bits.
    assert_eq!(
        service.error(stored("call.wav")).await.0,
        google_cloud_gax::error::rpc::Code::InvalidArgument
    );
    let narrow = in_16_bits(&bytes_of("call.wav"));
    let first = service.recognize(sent(narrow.clone())).await.expect("a response");
    let truth_text = truth("call.txt");
    let lines: Vec<&str> = truth_text.lines().collect();
    assert!(word_error_rate(lines[0], &text(&first.results)) < 0.1, "{}", text(&first.results));
    assert!(first.results.iter().all(|result| result.channel_tag == 0));
    let billed = |response: &google_cloud_speech_v2::model::RecognizeResponse| {
        seconds(response.metadata.as_ref().expect("metadata").total_billed_duration.as_ref())
    };
    assert_eq!(billed(&first), 5.0);

    let mut config = config();
    let features = config.features.take().expect("features");
    let mode = MultiChannelMode::SeparateRecognitionPerChannel;
    let config = config.set_features(features.set_multi_channel_mode(mode));
    let both = service.recognize(sent(narrow).set_config(config.clone())).await.expect("a response");
    for (channel, line) in (1..).zip(lines) {
        let of_channel: Vec<_> =
            both.results.iter().filter(|result| result.channel_tag == channel).cloned().collect();
        assert!(word_error_rate(line, &text(&of_channel)) < 0.1, "{channel}: {}", text(&of_channel));
    }
    assert_eq!(billed(&both), 10.0);
    let single = service.recognize(stored("speech.ogg").set_config(config)).await.expect("a response");
    assert!(word_error_rate(&truth("speech.txt"), &text(&single.results)) < 0.08);
}

/// Reduces a WAV file with two channels of 24 bits to 16 bits.
fn in_16_bits(file: &[u8]) -> Vec<u8> {
    let data = file.windows(4).position(|four| four == b"data").expect("samples") + 8;
    let samples: Vec<u8> = file[data..].chunks_exact(3).flat_map(|sample| [sample[1], sample[2]]).collect();
    let size = u32::try_from(samples.len()).expect("a size");
    let mut made = b"RIFF".to_vec();
    made.extend((size + 36).to_le_bytes());
    made.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    made.extend(16_000_u32.to_le_bytes());
    made.extend(64_000_u32.to_le_bytes());
    made.extend(b"\x04\0\x10\0data");
    made.extend(size.to_le_bytes());
    made.extend(samples);
    made
}

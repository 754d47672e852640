//! Recognition results in the JSON format of `google.cloud.speech.v2`. As in Google's API, empty fields are
//! omitted.

use std::time::Duration;

use serde::Serialize;

use crate::{
    config::Options,
    engine::{Transcript, Utterance, Word},
};

/// A `BatchRecognizeResults`, and also a `RecognizeResponse`, which has the same fields.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Results {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<Recognition>,
    pub(crate) metadata: Metadata,
}

/// The `RecognitionResponseMetadata` of a result.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    request_id: String,
    total_billed_duration: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Recognition {
    alternatives: [Alternative; 1],
    /// The number of the channel, from 1, if channels were recognized separately.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_tag: Option<usize>,
    result_end_offset: String,
    language_code: String,
}

#[derive(Clone, Debug, Serialize)]
struct Alternative {
    transcript: String,
    confidence: f32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<WordInfo>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WordInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_offset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_offset: Option<String>,
    word: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
}

impl Results {
    pub(crate) fn new(transcript: &Transcript, options: &Options) -> Self {
        let results = transcript.channels.iter().zip(1..).flat_map(|(utterances, channel)| {
            utterances.iter().map(move |utterance| recognition(utterance, channel, options))
        });
        let results = results.collect();
        let metadata = Metadata {
            request_id: format!("{:032x}", fastrand::u128(..)),
            total_billed_duration: seconds(Duration::from_secs(transcript.billed())),
        };
        Self { results, metadata }
    }

    /// Builds the result for a text that replaces the engine's.
    pub(crate) fn of_text(text: &str, options: &Options) -> Self {
        let mut results =
            Self::new(&Transcript { channels: vec![vec![]], length: Duration::from_secs(1) }, options);
        results.results = vec![Recognition {
            alternatives: [Alternative { transcript: text.to_owned(), confidence: 1.0, words: vec![] }],
            channel_tag: None,
            result_end_offset: seconds(Duration::from_secs(1)),
            language_code: options.language.clone(),
        }];
        results
    }
}

impl Transcript {
    /// Returns the billed seconds of all recognized channels.
    pub(crate) fn billed(&self) -> u64 {
        billed(self.length) * self.channels.len() as u64
    }
}

/// Returns the billed seconds: started seconds count.
fn billed(length: Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_nanos() > 0)
}

/// Formats a duration as the JSON form of `google.protobuf.Duration`, such as `1.5s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let text = format!("{}.{:03}", duration.as_secs(), duration.subsec_millis());
    format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
}

fn recognition(utterance: &Utterance, channel: usize, options: &Options) -> Recognition {
    let spelled: Vec<String> = spell(&utterance.words, options.punctuation);
    let words = if options.offsets || options.confidences {
        utterance
            .words
            .iter()
            .zip(&spelled)
            .map(|(word, spelled)| word_info(word, spelled, options))
            .collect()
    } else {
        vec![]
    };
    let sum: f32 = utterance.words.iter().map(|word| word.confidence).sum();
    let alternative = Alternative {
        transcript: spelled.join(" "),
        confidence: rounded(sum / utterance.words.len().max(1) as f32),
        words,
    };
    Recognition {
        alternatives: [alternative],
        channel_tag: options.channels.then_some(channel),
        result_end_offset: seconds(utterance.end),
        language_code: options.language.clone(),
    }
}

fn word_info(word: &Word, spelled: &str, options: &Options) -> WordInfo {
    WordInfo {
        start_offset: options.offsets.then(|| seconds(word.start)),
        end_offset: options.offsets.then(|| seconds(word.end)),
        word: spelled.to_owned(),
        confidence: options.confidences.then(|| rounded(word.confidence)),
    }
}

/// Rounds to thousandths, and never to 0, which would mean that there is no confidence.
fn rounded(confidence: f32) -> f32 {
    ((confidence * 1000.0).round() / 1000.0).clamp(0.001, 1.0)
}

/// Returns the words as they are written. Each utterance counts as a sentence.
fn spell(words: &[Word], punctuation: bool) -> Vec<String> {
    let mut spelled: Vec<String> = words
        .iter()
        .map(|word| {
            if word.text == "i" || word.text.starts_with("i'") {
                capital(&word.text)
            } else {
                word.text.clone()
            }
        })
        .collect();
    if punctuation {
        if let Some(first) = spelled.first_mut() {
            *first = capital(first);
        }
        if let Some(last) = spelled.last_mut() {
            last.push('.');
        }
    }
    spelled
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::{Results, billed, seconds};
    use crate::{
        config::Options,
        engine::{Transcript, Utterance, Word},
    };

    fn results(offsets: bool, confidences: bool, punctuation: bool) -> Value {
        let word = |text: &str, start, end, confidence| Word {
            text: text.to_owned(),
            start: Duration::from_millis(start),
            end: Duration::from_millis(end),
            confidence,
        };
        let words = vec![word("so", 200, 500, 1.0), word("i", 510, 600, 0.0), word("see", 600, 1000, 0.5)];
        let utterances = vec![Utterance { words, end: Duration::from_millis(1250) }];
        let transcript = Transcript { channels: vec![utterances], length: Duration::from_millis(2001) };
        let options = Options {
            language: "en-US".to_owned(),
            offsets,
            confidences,
            punctuation,
            channels: false,
            batch_length: Duration::ZERO,
        };
        serde_json::to_value(Results::new(&transcript, &options)).expect("JSON")
    }

    #[test]
    fn a_result_has_the_requested_features() {
        let plain = results(false, false, false);
        assert_eq!(
            plain["results"],
            json!([{
                "alternatives": [{"transcript": "so I see", "confidence": 0.5_f32}],
                "resultEndOffset": "1.25s",
                "languageCode": "en-US",
            }])
        );
        assert_eq!(plain["metadata"]["totalBilledDuration"], "3s");
        let full = results(true, true, true);
        let alternative = &full["results"][0]["alternatives"][0];
        assert_eq!(alternative["transcript"], "So I see.");
        assert_eq!(
            alternative["words"][2],
            json!({"startOffset": "0.6s", "endOffset": "1s", "word": "see.", "confidence": 0.5_f32})
        );
        assert!(alternative["words"][1]["confidence"].as_f64().is_some_and(|confidence| confidence > 0.0));
    }

    #[test]
    fn durations_have_no_trailing_zeros() {
        assert_eq!(seconds(Duration::ZERO), "0s");
        assert_eq!(seconds(Duration::from_secs(100)), "100s");
        assert_eq!(seconds(Duration::from_millis(10_050)), "10.05s");
        assert_eq!((billed(Duration::ZERO), billed(Duration::from_secs(2))), (0, 2));
    }
}

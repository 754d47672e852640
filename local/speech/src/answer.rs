//! Results in the JSON of `google.cloud.speech.v2`; empty fields are left out, as Google does.

use std::time::Duration;

use serde::Serialize;

use crate::{
    config::Wanted,
    engine::{Heard, Transcript, Word},
};

/// `BatchRecognizeResults`, and `RecognizeResponse`, which is the same.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Answer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<Recognition>,
    pub(crate) metadata: Metadata,
}

/// `RecognitionResponseMetadata`.
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

impl Answer {
    pub(crate) fn new(transcript: &Transcript, wanted: &Wanted) -> Self {
        let results = transcript.heard.iter().map(|heard| recognition(heard, wanted)).collect();
        let metadata = Metadata {
            request_id: format!("{:032x}", fastrand::u128(..)),
            total_billed_duration: seconds(Duration::from_secs(billed(transcript.length))),
        };
        Self { results, metadata }
    }

    /// The answer of the text that stands in for the engine's.
    pub(crate) fn of_text(text: &str, wanted: &Wanted) -> Self {
        let mut answer = Self::new(&Transcript { heard: vec![], length: Duration::from_secs(1) }, wanted);
        answer.results = vec![Recognition {
            alternatives: [Alternative { transcript: text.to_owned(), confidence: 1.0, words: vec![] }],
            result_end_offset: seconds(Duration::from_secs(1)),
            language_code: wanted.language.clone(),
        }];
        answer
    }
}

/// Seconds to pay for: each that was begun.
pub(crate) fn billed(length: Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_nanos() > 0)
}

/// A duration as protocol buffers write it.
pub(crate) fn seconds(duration: Duration) -> String {
    let text = format!("{}.{:03}", duration.as_secs(), duration.subsec_millis());
    format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
}

fn recognition(heard: &Heard, wanted: &Wanted) -> Recognition {
    let spelled: Vec<String> = spell(&heard.words, wanted.punctuation);
    let words = if wanted.offsets || wanted.confidences {
        heard.words.iter().zip(&spelled).map(|(word, spelled)| word_info(word, spelled, wanted)).collect()
    } else {
        vec![]
    };
    let sum: f32 = heard.words.iter().map(|word| word.confidence).sum();
    let alternative = Alternative {
        transcript: spelled.join(" "),
        confidence: rounded(sum / heard.words.len().max(1) as f32),
        words,
    };
    Recognition {
        alternatives: [alternative],
        result_end_offset: seconds(heard.end),
        language_code: wanted.language.clone(),
    }
}

fn word_info(word: &Word, spelled: &str, wanted: &Wanted) -> WordInfo {
    WordInfo {
        start_offset: wanted.offsets.then(|| seconds(word.start)),
        end_offset: wanted.offsets.then(|| seconds(word.end)),
        word: spelled.to_owned(),
        confidence: wanted.confidences.then(|| rounded(word.confidence)),
    }
}

/// Thousandths, and never 0, which says that there is no confidence.
fn rounded(confidence: f32) -> f32 {
    ((confidence * 1000.0).round() / 1000.0).clamp(0.001, 1.0)
}

/// The words as they are written: what was heard between two pauses is taken for a sentence.
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

    use super::{Answer, billed, seconds};
    use crate::{
        config::Wanted,
        engine::{Heard, Transcript, Word},
    };

    fn answer(offsets: bool, confidences: bool, punctuation: bool) -> Value {
        let word = |text: &str, start, end, confidence| Word {
            text: text.to_owned(),
            start: Duration::from_millis(start),
            end: Duration::from_millis(end),
            confidence,
        };
        let words = vec![word("so", 200, 500, 1.0), word("i", 510, 600, 0.0), word("see", 600, 1000, 0.5)];
        let heard = vec![Heard { words, end: Duration::from_millis(1250) }];
        let transcript = Transcript { heard, length: Duration::from_millis(2001) };
        let wanted = Wanted { language: "en-US".to_owned(), offsets, confidences, punctuation };
        serde_json::to_value(Answer::new(&transcript, &wanted)).expect("JSON")
    }

    #[test]
    fn an_answer_holds_what_was_asked_for() {
        let plain = answer(false, false, false);
        assert_eq!(
            plain["results"],
            json!([{
                "alternatives": [{"transcript": "so I see", "confidence": 0.5_f32}],
                "resultEndOffset": "1.25s",
                "languageCode": "en-US",
            }])
        );
        assert_eq!(plain["metadata"]["totalBilledDuration"], "3s");
        let full = answer(true, true, true);
        let alternative = &full["results"][0]["alternatives"][0];
        assert_eq!(alternative["transcript"], "So I see.");
        assert_eq!(
            alternative["words"][2],
            json!({"startOffset": "0.6s", "endOffset": "1s", "word": "see.", "confidence": 0.5_f32})
        );
        assert!(alternative["words"][1]["confidence"].as_f64().is_some_and(|confidence| confidence > 0.0));
    }

    #[test]
    fn durations_are_written_without_needless_zeros() {
        assert_eq!(seconds(Duration::ZERO), "0s");
        assert_eq!(seconds(Duration::from_secs(100)), "100s");
        assert_eq!(seconds(Duration::from_millis(10_050)), "10.05s");
        assert_eq!((billed(Duration::ZERO), billed(Duration::from_secs(2))), (0, 2));
    }
}

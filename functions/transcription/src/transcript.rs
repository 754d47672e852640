//! The text in a response of Speech-to-Text.

use std::fmt;

use google_cloud_speech_v2::model::{RecognitionResponseMetadata, SpeechRecognitionResult, WordInfo};
use google_cloud_wkt::Duration;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use shared::items::parts::{Part, Text, Word};

/// Returns the text in the response of a synchronous call.
pub(crate) fn of_answer(
    results: impl IntoIterator<Item = SpeechRecognitionResult>,
    metadata: Option<&RecognitionResponseMetadata>,
) -> Text {
    let mut heard = Heard::default();
    results.into_iter().for_each(|result| heard.push(result));
    heard.text(metadata)
}

/// Returns the text in the output of a batch operation. Parses one result at a time to limit memory use.
pub(crate) fn of_output(output: &[u8]) -> Result<Text, serde_json::Error> {
    let output: Output = serde_json::from_slice(output)?;
    Ok(output.results.text(output.metadata.as_ref()))
}

/// `BatchRecognizeResults`, parsed with at most one result in memory as Google's type.
#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    results: Heard,
    metadata: Option<RecognitionResponseMetadata>,
}

/// The text collected from the results so far.
#[derive(Default)]
struct Heard {
    segments: Vec<Part>,
    /// The end of the last result in seconds, including results without words.
    end: Option<f64>,
}

impl Heard {
    fn push(&mut self, result: SpeechRecognitionResult) {
        if let Some(end) = &result.result_end_offset {
            self.end = Some(self.end.unwrap_or_default().max(seconds(end)));
        }
        let Some(best) = result.alternatives.into_iter().next() else { return };
        let text = clean(best.transcript);
        if text.trim().is_empty() {
            return;
        }
        self.segments.push(Part {
            number: i32::try_from(self.segments.len() + 1).unwrap_or(i32::MAX),
            text: text.trim().to_owned(),
            confidence: confidence(best.confidence),
            language: Some(clean(result.language_code)).filter(|code| !code.is_empty()),
            layout: None,
            words: Some(best.words.into_iter().map(word).collect()),
        });
    }

    fn text(self, metadata: Option<&RecognitionResponseMetadata>) -> Text {
        let billed = metadata.and_then(|metadata| metadata.total_billed_duration.as_ref()).map(seconds);
        Text { parts: self.segments, duration_seconds: duration(billed, self.end) }
    }
}

/// Returns the duration of the recording. The billed duration is rounded up to a full second. The last result ends with
/// the recording or, if that ends in silence, earlier. So the end of the last result is more precise if it is within
/// the last billed second. Otherwise, the billed duration is.
fn duration(billed: Option<f64>, end: Option<f64>) -> Option<f64> {
    match (billed, end) {
        (Some(billed), Some(end)) if billed - end < 1.0 => Some(end),
        (billed, end) => billed.or(end),
    }
}

fn word(info: WordInfo) -> Word {
    // An omitted offset is zero.
    let start = info.start_offset.as_ref().map(seconds).unwrap_or_default();
    let end = info.end_offset.as_ref().map_or(start, seconds);
    Word { word: clean(info.word), start, end, confidence: confidence(info.confidence) }
}

fn seconds(duration: &Duration) -> f64 {
    duration.seconds() as f64 + f64::from(duration.nanos()) / 1e9
}

/// Returns the confidence. Google reports 0.0 if there is none.
fn confidence(value: f32) -> Option<f32> {
    (value > 0.0).then(|| value.min(1.0))
}

/// Removes U+0000 from a text, because Postgres cannot store it.
fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

impl<'de> Deserialize<'de> for Heard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Results;

        impl<'de> Visitor<'de> for Results {
            type Value = Heard;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map of recognition results")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut results: A) -> Result<Heard, A::Error> {
                let mut heard = Heard::default();
                while let Some(result) = results.next_element()? {
                    heard.push(result);
                }
                Ok(heard)
            }
        }

        deserializer.deserialize_seq(Results)
    }
}

#[cfg(test)]
mod tests {
    use google_cloud_speech_v2::model::{SpeechRecognitionAlternative, SpeechRecognitionResult, WordInfo};

    use shared::items::parts::Word;

    use super::{duration, of_answer};

    #[test]
    fn the_duration_is_the_end_of_the_last_result_unless_silence_follows() {
        assert_eq!(duration(Some(6.0), Some(5.51)), Some(5.51));
        assert_eq!(duration(Some(60.0), Some(5.5)), Some(60.0));
        assert_eq!(duration(Some(60.0), None), Some(60.0));
        assert_eq!(duration(None, Some(5.5)), Some(5.5));
        assert_eq!(duration(None, None), None);
    }

    #[test]
    fn omitted_values_are_unknown_and_results_without_text_are_skipped() {
        let word = WordInfo::new().set_word("so\0");
        let said = SpeechRecognitionAlternative::new().set_transcript(" so\0").set_words([word]);
        let empty = SpeechRecognitionAlternative::new().set_transcript(" ");
        let results = [
            SpeechRecognitionResult::new(),
            SpeechRecognitionResult::new().set_alternatives([empty]),
            SpeechRecognitionResult::new().set_alternatives([said]),
        ];
        let text = of_answer(results, None);
        let segment = &text.parts[0];
        assert_eq!((text.parts.len(), segment.number, segment.text.as_str()), (1, 1, "so"));
        assert_eq!((segment.confidence, segment.language.as_deref()), (None, None));
        let word = Word { word: "so".to_owned(), start: 0.0, end: 0.0, confidence: None };
        assert_eq!(segment.words, Some(vec![word]));
    }
}

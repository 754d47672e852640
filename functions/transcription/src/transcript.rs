//! The text in a response of Speech-to-Text.

use std::{collections::BTreeMap, fmt};

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
    let mut recognized = Recognized::default();
    results.into_iter().for_each(|result| recognized.push(result));
    recognized.text(metadata)
}

/// Returns the text in the output of a batch operation. Parses one result at a time to limit memory use.
pub(crate) fn of_output(output: &[u8]) -> Result<Text, serde_json::Error> {
    let output: Output = serde_json::from_slice(output)?;
    Ok(output.results.text(output.metadata.as_ref()))
}

/// `BatchRecognizeResults`. At most one result at a time is in memory in the form of Google's type.
#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    results: Recognized,
    metadata: Option<RecognitionResponseMetadata>,
}

/// The text collected from the results so far.
#[derive(Default)]
struct Recognized {
    segments: Vec<Segment>,
    /// The end of the last result in seconds, including results without words.
    end: Option<f64>,
}

/// A segment with its time, by which the segments of several channels are merged.
struct Segment {
    start: f64,
    part: Part,
}

impl Recognized {
    fn push(&mut self, result: SpeechRecognitionResult) {
        if let Some(end) = &result.result_end_offset {
            self.end = Some(self.end.unwrap_or_default().max(seconds(end)));
        }
        let Some(best) = result.alternatives.into_iter().next() else { return };
        let text = clean(best.transcript);
        if text.trim().is_empty() {
            return;
        }
        let words: Vec<Word> = best.words.into_iter().map(word).collect();
        let end = result.result_end_offset.as_ref().map(seconds);
        let start = words.first().map(|word| word.start).or(end).unwrap_or_default();
        let part = Part {
            number: 0,
            text: text.trim().to_owned(),
            confidence: confidence(best.confidence),
            language: Some(clean(result.language_code)).filter(|code| !code.is_empty()),
            layout: None,
            words: Some(words),
            channel: i16::try_from(result.channel_tag).ok().filter(|channel| *channel > 0),
        };
        self.segments.push(Segment { start, part });
    }

    fn text(self, metadata: Option<&RecognitionResponseMetadata>) -> Text {
        let billed = metadata.and_then(|metadata| metadata.total_billed_duration.as_ref()).map(seconds);
        // Each channel is billed.
        let channels = self.segments.iter().filter_map(|segment| segment.part.channel).max().unwrap_or(1);
        let billed = billed.map(|billed| billed / f64::from(channels));
        Text { parts: merge(self.segments), duration_seconds: duration(billed, self.end) }
    }
}

/// The time by which the start of a word may differ between two channels with the same sound, in seconds.
const SAME_TIME: f64 = 0.5;
/// A segment is a repetition if other channels have at least this share of its words at the same time.
const REPEATED: f64 = 0.8;

/// Numbers the segments. Segments of several channels are ordered by time. Segments that repeat an earlier channel are
/// omitted. If only the first channel remains, its segments have no channel.
fn merge(mut segments: Vec<Segment>) -> Vec<Part> {
    if segments.iter().any(|segment| segment.part.channel > Some(1)) {
        segments.sort_by_key(|segment| segment.part.channel);
        let mut recognized = BTreeMap::new();
        let mut channel = segments.first().and_then(|segment| segment.part.channel);
        let mut earlier = recognized.clone();
        segments.retain(|segment| {
            if segment.part.channel != channel {
                (channel, earlier) = (segment.part.channel, recognized.clone());
            }
            let is_new = !is_repetition(segment, &earlier);
            if is_new {
                for (word, start) in spoken_words(segment) {
                    recognized.entry(word).or_insert_with(Vec::new).push(start);
                }
            }
            is_new
        });
        segments.sort_by(|one, other| one.start.total_cmp(&other.start));
    }
    let is_single = segments.iter().all(|segment| segment.part.channel <= Some(1));
    let parts = segments.into_iter().zip(1..).map(|(Segment { part, .. }, number)| Part {
        number,
        channel: part.channel.filter(|_| !is_single),
        ..part
    });
    parts.collect()
}

/// Returns whether other channels have most of the words of a segment at the same time.
fn is_repetition(segment: &Segment, others: &BTreeMap<String, Vec<f64>>) -> bool {
    let (mut count, mut repeated) = (0, 0);
    for (word, start) in spoken_words(segment) {
        count += 1;
        let times = others.get(&word);
        repeated += usize::from(
            times.is_some_and(|times| times.iter().any(|time| (time - start).abs() <= SAME_TIME)),
        );
    }
    repeated as f64 >= REPEATED * f64::from(count)
}

/// Returns the words of a segment and their times, or its text and time if the words are not known.
fn spoken_words(segment: &Segment) -> impl Iterator<Item = (String, f64)> {
    let words = segment.part.words.iter().flatten().map(|word| (plain(&word.word), word.start));
    let whole = segment.part.words.as_ref().is_none_or(Vec::is_empty);
    words.chain(whole.then(|| (plain(&segment.part.text), segment.start)))
}

fn plain(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the duration of the recording. The billed duration is rounded up to a full second. The last result ends with
/// the recording or, if the recording ends in silence, earlier. The end of the last result is therefore used if it is
/// within the last billed second, because it is more precise. Otherwise, the billed duration is used.
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

impl<'de> Deserialize<'de> for Recognized {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Results;

        impl<'de> Visitor<'de> for Results {
            type Value = Recognized;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map of recognition results")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut results: A) -> Result<Recognized, A::Error> {
                let mut recognized = Recognized::default();
                while let Some(result) = results.next_element()? {
                    recognized.push(result);
                }
                Ok(recognized)
            }
        }

        deserializer.deserialize_seq(Results)
    }
}

#[cfg(test)]
mod tests {
    use google_cloud_speech_v2::model::{SpeechRecognitionAlternative, SpeechRecognitionResult, WordInfo};

    use shared::items::parts::Word;

    use google_cloud_wkt::Duration;

    use super::{duration, of_answer};

    #[test]
    fn the_duration_is_the_end_of_the_last_result_unless_silence_follows() {
        assert_eq!(duration(Some(6.0), Some(5.51)), Some(5.51));
        assert_eq!(duration(Some(60.0), Some(5.5)), Some(60.0));
        assert_eq!(duration(Some(60.0), None), Some(60.0));
        assert_eq!(duration(None, Some(5.5)), Some(5.5));
        assert_eq!(duration(None, None), None);
    }

    /// Returns a result of a channel with words that start at these half seconds.
    fn result(channel: i32, words: &[(&str, i64)]) -> SpeechRecognitionResult {
        let at =
            |half: i64| Duration::clamp(half / 2, i32::try_from(half % 2).expect("a half") * 500_000_000);
        let infos = words.iter().map(|(word, half)| {
            WordInfo::new().set_word(*word).set_start_offset(at(*half)).set_end_offset(at(half + 1))
        });
        let text: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let alternative = SpeechRecognitionAlternative::new().set_transcript(text.join(" ")).set_words(infos);
        SpeechRecognitionResult::new().set_alternatives([alternative]).set_channel_tag(channel)
    }

    fn merged(results: impl IntoIterator<Item = SpeechRecognitionResult>) -> Vec<(i32, String, Option<i16>)> {
        let parts = of_answer(results, None).parts;
        parts.into_iter().map(|part| (part.number, part.text, part.channel)).collect()
    }

    #[test]
    fn segments_of_channels_are_merged_by_time() {
        let results = [
            result(1, &[("hello", 0), ("there", 1)]),
            result(1, &[("goodbye", 20)]),
            result(2, &[("good", 6), ("morning", 7)]),
        ];
        let expected = [(1, "hello there", Some(1)), (2, "good morning", Some(2)), (3, "goodbye", Some(1))];
        assert_eq!(
            merged(results),
            expected.map(|(number, text, channel)| (number, text.to_owned(), channel))
        );
    }

    #[test]
    fn the_same_words_on_two_channels_count_once() {
        let one = [result(1, &[("hello", 0), ("there", 1)]), result(1, &[("goodbye", 20)])];
        let other = [result(2, &[("Hello", 0), ("there.", 2), ("goodbye", 21)])];
        let expected = [(1, "hello there".to_owned(), None), (2, "goodbye".to_owned(), None)];
        assert_eq!(merged(one.into_iter().chain(other)), expected);
        // The same words at another time are said again.
        let again = [result(1, &[("hello", 0)]), result(2, &[("hello", 4)])];
        assert_eq!(merged(again).len(), 2);
        let second = merged([result(2, &[("hello", 0)])]);
        assert_eq!(second, [(1, "hello".to_owned(), Some(2))]);
        assert_eq!(merged([result(1, &[("hello", 0)])])[0].2, None);
    }

    #[test]
    fn omitted_values_are_unknown_and_results_without_text_are_skipped() {
        let word = WordInfo::new().set_word("so\0");
        let alternative = SpeechRecognitionAlternative::new().set_transcript(" so\0").set_words([word]);
        let empty = SpeechRecognitionAlternative::new().set_transcript(" ");
        let results = [
            SpeechRecognitionResult::new(),
            SpeechRecognitionResult::new().set_alternatives([empty]),
            SpeechRecognitionResult::new().set_alternatives([alternative]),
        ];
        let text = of_answer(results, None);
        let segment = &text.parts[0];
        assert_eq!((text.parts.len(), segment.number, segment.text.as_str()), (1, 1, "so"));
        assert_eq!((segment.confidence, segment.language.as_deref()), (None, None));
        let word = Word { word: "so".to_owned(), start: 0.0, end: 0.0, confidence: None };
        assert_eq!(segment.words, Some(vec![word]));
    }
}

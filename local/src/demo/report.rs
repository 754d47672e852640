//! The demo's line for each file, and the checks of the results.

use local_documentai::word_error_rate;

use super::{
    samples::{Expected, Sample},
    upload::Outcome,
};
use crate::error::{Error, Result};

/// The largest accepted share of wrong words, including those of the turned and noisy photo.
const MAX_WORD_ERROR_RATE: f64 = 0.1;
/// The same for speech, since the small local model is less accurate.
const MAX_SPEECH_ERROR_RATE: f64 = 0.25;

pub(super) const HEADER: &str =
    "file             what it is                 status    pages  confidence  seconds  word errors";

/// Formats the line of one file.
pub(super) fn line(sample: &Sample, outcome: &Outcome) -> String {
    let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let failure = outcome.failure.as_ref().map(|(code, message)| format!("  {code}: {message}"));
    format!(
        "{:<16} {:<26} {:<9} {:>5}  {:>10}  {:>7.1}  {:>11}{}",
        sample.name,
        sample.description,
        outcome.status,
        shown(outcome.pages.map(|pages| pages.to_string())),
        shown(outcome.confidence.map(|confidence| format!("{:.1} %", confidence * 100.0))),
        outcome.duration.as_secs_f64(),
        shown(error_rate(sample, outcome).map(|rate| format!("{:.1} %", rate * 100.0))),
        failure.unwrap_or_default(),
    )
}

fn max_error_rate(sample: &Sample) -> f64 {
    if sample.is_voice() { MAX_SPEECH_ERROR_RATE } else { MAX_WORD_ERROR_RATE }
}

fn pages(sample: &Sample) -> Option<u64> {
    match sample.expected {
        Expected::Text { pages, .. } => Some(pages),
        _ => None,
    }
}

fn error_rate(sample: &Sample, outcome: &Outcome) -> Option<f64> {
    match (&sample.expected, &outcome.text) {
        (Expected::Text { text, .. } | Expected::Speech(text), Some(read)) => {
            Some(word_error_rate(text, read))
        }
        _ => None,
    }
}

/// Checks that the outcome is the expected one.
pub(super) fn check(sample: &Sample, outcome: &Outcome) -> Result<()> {
    let off = |description: String| Err(Error::new(format!("{}: {description}", sample.name)));
    let failure = outcome.failure.as_ref().map(|(code, _)| code.as_str());
    match &sample.expected {
        Expected::Failure(code) if outcome.status == "failed" && failure == Some(code) => Ok(()),
        Expected::Failure(code) => off(format!(
            "expected to fail as {code}, but is {} ({})",
            outcome.status,
            failure.unwrap_or("no failure")
        )),
        Expected::Text { .. } | Expected::Speech(_) => match error_rate(sample, outcome) {
            _ if outcome.status != "approved" => {
                off(format!("expected to be approved, but is {}", outcome.status))
            }
            _ if outcome.pages != pages(sample) => {
                off(format!("expected {:?} pages, but has {:?}", pages(sample), outcome.pages))
            }
            Some(rate) if rate <= max_error_rate(sample) => Ok(()),
            Some(rate) => off(format!("{:.0} % of the words are wrong", rate * 100.0)),
            None => off("has no text".to_owned()),
        },
    }
}

//! The interpretation of errors from Speech-to-Text.
//!
//! The API documents no error reasons, so this module uses codes and message texts
//! (<https://cloud.google.com/speech-to-text/docs/error-messages>). An invalid argument can be a defect of the
//! recording, which then fails, or a wrong configuration, such as an unknown model. In the second case the recording
//! waits until an operator has fixed the configuration.

use std::time::Duration;

use google_cloud_gax::error::rpc::Code;
use shared::{
    http::problem::Problem,
    items::{Failure, FailureCode, processing::EngineError},
};

use crate::models::LONGEST;

/// The reason why Speech-to-Text refused a call.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The recording is too long for this kind of call.
    TooLong,
    Error(EngineError),
}

/// Maps an error of a call to its meaning for processing.
pub(crate) fn refusal(error: google_cloud_speech_v2::Error, batch: bool) -> Refusal {
    let cause = error.status().map(|status| cause(status.code, &status.message));
    Refusal::Error(match cause {
        Some(Cause::TooLong) => return Refusal::TooLong,
        Some(Cause::Recording(failure)) => EngineError::Permanent(failure),
        Some(Cause::Quota) => EngineError::Deferred { batch },
        Some(Cause::Other) | None => EngineError::Transient(Problem::unavailable(error)),
    })
}

/// Returns the failure of a recording, if an operation failed because of the recording itself.
pub(crate) fn failure(code: Code, message: &str) -> Option<Failure> {
    match cause(code, message) {
        Cause::TooLong => Some(too_long(LONGEST)),
        Cause::Recording(failure) => Some(failure),
        Cause::Quota | Cause::Other => None,
    }
}

enum Cause {
    TooLong,
    Recording(Failure),
    Quota,
    Other,
}

fn cause(code: Code, message: &str) -> Cause {
    let text = message.to_lowercase();
    let says = |wordings: &[&str]| wordings.iter().any(|wording| text.contains(wording));
    match code {
        Code::ResourceExhausted => Cause::Quota,
        Code::InvalidArgument | Code::OutOfRange => {
            if says(&[
                "maximum of",
                "too long",
                "longer than",
                "duration limit",
                "size exceeds",
                "size limit",
            ]) {
                Cause::TooLong
            } else if says(&["language"]) {
                Cause::Recording(unsupported_language())
            } else if says(&[
                "model",
                "recognizer",
                "resource location",
                "unsupported fields",
                "output config",
            ]) {
                Cause::Other
            } else {
                Cause::Recording(unreadable())
            }
        }
        _ => Cause::Other,
    }
}

/// The failure of a recording that cannot be decoded.
pub(crate) fn unreadable() -> Failure {
    Failure::new(
        FailureCode::Unreadable,
        "The file is damaged or its format is not supported. Check that it plays, export it again, and upload the \
         new file.",
    )
}

/// The failure of a recording that is longer than this limit of its language.
pub(crate) fn too_long(limit: Duration) -> Failure {
    let limit = match limit.as_secs() / 60 {
        minutes @ 0..60 => format!("{minutes} minutes"),
        60..120 => "hour".to_owned(),
        minutes => format!("{} hours", minutes / 60),
    };
    Failure::new(
        FailureCode::TooLong,
        format!(
            "The recording is longer than the {limit} that can be transcribed in its language. Split it and upload the \
             parts."
        ),
    )
}

/// The failure of a recording in an encoding that neither Speech-to-Text nor this function decodes.
pub(crate) fn unsupported_encoding(name: &str) -> Failure {
    Failure::new(
        FailureCode::UnsupportedEncoding,
        format!("{name} is not supported. Export the recording as WAV, MP3 or M4A, and upload the new file."),
    )
}

/// The failure of a video without sound.
pub(crate) fn no_sound_track() -> Failure {
    Failure::new(
        FailureCode::NoSoundTrack,
        "The file has no sound track. Record it again with sound, or upload another file.",
    )
}

/// The failure of a recording without speech.
pub(crate) fn no_speech() -> Failure {
    Failure::new(
        FailureCode::NoSpeech,
        "No speech was heard in the recording. Listen to it, check the microphone, and upload a new recording.",
    )
}

/// The failure of a recording in a language that no model has.
pub(crate) fn unsupported_language() -> Failure {
    Failure::new(
        FailureCode::UnsupportedLanguage,
        "The language of the recording cannot be transcribed. Choose another, here or for the project, and reprocess \
         the recording.",
    )
}

#[cfg(test)]
mod tests {
    use google_cloud_gax::error::rpc::Code;

    use super::failure;

    #[test]
    fn defects_of_a_recording_are_failures_and_other_errors_are_retried() {
        let of = |code, message: &str| failure(code, message).map(|failure| failure.code);
        let invalid = |message: &str| of(Code::InvalidArgument, message);
        for (message, code) in [
            ("Audio data does not appear to be in a supported encoding.", "unreadable"),
            ("Audio can be of a maximum of 28800 seconds.", "too_long"),
            ("Request payload size exceeds the limit: 10485760 bytes.", "too_long"),
            (
                "The language \"tlh\" is not supported by the model \"long\" in the location named \"eu\".",
                "unsupported_language",
            ),
        ] {
            assert_eq!(invalid(message).as_deref(), Some(code), "{message}");
        }
        for message in [
            "The model \"huge\" does not exist in the location named \"eu\".",
            "Expected resource location to be global, but found eu in resource name.",
            "Config contains unsupported fields. Recognizer does not support feature: word_level_confidence",
        ] {
            assert_eq!(invalid(message), None, "{message}");
        }
        assert_eq!(of(Code::Internal, "Audio can be of a maximum of"), None);
        assert_eq!(of(Code::NotFound, "The Cloud Storage object does not exist"), None);
        assert_eq!(of(Code::ResourceExhausted, "Quota exceeded"), None);
    }
}

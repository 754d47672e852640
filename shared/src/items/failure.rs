//! The reason why an item or an export failed.

use serde::Serialize;
use strum::IntoStaticStr;
use utoipa::ToSchema;

/// A stable code for programs. Later releases may add codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FailureCode {
    /// Processing failed in too many attempts.
    AttemptsExhausted,
    /// The type of the file is neither the declared type nor another accepted type.
    ContentTypeMismatch,
    /// The document has a password.
    Encrypted,
    /// The uploaded file no longer exists.
    FileMissing,
    /// The video has no sound.
    NoSoundTrack,
    /// The recording has no speech.
    NoSpeech,
    /// The engine's result could not be stored.
    OutputUnusable,
    /// A page has too many pixels.
    PageTooLarge,
    /// A part of an export's file no longer exists.
    PartMissing,
    /// The PDF is a collection of files.
    PdfPortfolio,
    /// The file does not have the declared size.
    SizeMismatch,
    /// The recording is longer than the limit for its language.
    TooLong,
    /// The document has more pages than can be processed.
    TooManyPages,
    /// The file is damaged, or its format is not supported.
    Unreadable,
    /// The recording has an encoding that cannot be decoded.
    UnsupportedEncoding,
    /// No model transcribes the language.
    UnsupportedLanguage,
    /// The PDF is a form that only Adobe Reader can show.
    XfaForm,
}

/// The reason why an item or an export failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failure {
    /// A stable code for programs.
    // A text, because a newer release may have stored a code that this release does not know.
    #[schema(value_type = FailureCode)]
    pub code: String,
    /// A message for people, with what they can do about the failure.
    pub message: String,
}

impl Failure {
    /// Builds a failure with a message for people.
    #[must_use]
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code: <&str>::from(code).to_owned(), message: message.into() }
    }

    /// Builds a failure from two columns, which are either both set or both null.
    #[must_use]
    pub fn from_columns(code: Option<String>, message: Option<String>) -> Option<Self> {
        code.map(|code| Self { code, message: message.unwrap_or_default() })
    }

    /// Returns the failure of an item that failed in too many attempts.
    #[must_use]
    pub fn attempts_exhausted() -> Self {
        let message = "Processing failed after several attempts. Try again later.";
        Self::new(FailureCode::AttemptsExhausted, message)
    }
}

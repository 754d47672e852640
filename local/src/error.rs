//! Errors as sentences for the person at the terminal.

use std::{error::Error as StdError, fmt, io, path::Path};

/// An error as a sentence for the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Creates an error with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Creates an error from the failed action and the chain of its causes.
    pub fn because(action: impl fmt::Display, cause: &dyn StdError) -> Self {
        Self(format!("{action}: {}", shared::http::problem::chain(cause)))
    }

    /// Returns a function that turns an I/O error on a file into an [`Error`], for `map_err`.
    pub fn file(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let action = format!("cannot {verb} {}", path.display());
        move |error| Self::because(action, &error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl StdError for Error {}

impl From<shared::base::config::Error> for Error {
    fn from(error: shared::base::config::Error) -> Self {
        Self(error.to_string())
    }
}

//! What went wrong, as a sentence for the person at the terminal.

use std::{error::Error as StdError, fmt, io, path::Path};

/// A sentence for the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

/// The result of what the platform does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that says this.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// An error that says what could not be done, and every cause of it.
    pub fn because(what: impl fmt::Display, cause: &dyn StdError) -> Self {
        Self(format!("{what}: {}", shared::http::problem::chain(cause)))
    }

    /// What to map an I/O error on a file with.
    pub fn file(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let what = format!("cannot {verb} {}", path.display());
        move |error| Self::because(what, &error)
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

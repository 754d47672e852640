//! The programs and the model that listening needs.

use std::path::{Path, PathBuf};

use local_engine::{Program, Programs, missing_packages};

use crate::fault::Fault;

const MODEL_PACKAGE: &str = "pocketsphinx-en-us";

pub(super) const FFMPEG: Program = Program { name: "ffmpeg", package: "ffmpeg" };
pub(super) const POCKETSPHINX: Program = Program { name: "pocketsphinx_batch", package: "pocketsphinx" };

/// Where packages put PocketSphinx's model: Debian's, and Homebrew's on either kind of Mac.
const MODELS: [&str; 3] = [
    "/usr/share/pocketsphinx/model/en-us",
    "/opt/homebrew/share/pocketsphinx/model/en-us",
    "/usr/local/share/pocketsphinx/model/en-us",
];

pub(crate) fn missing_tools() -> Vec<&'static str> {
    let mut missing = missing_packages(&[FFMPEG, POCKETSPHINX]);
    missing.extend(model().is_none().then_some(MODEL_PACKAGE));
    missing
}

/// The folder of the installed model.
pub(super) fn model() -> Option<PathBuf> {
    MODELS.iter().map(Path::new).find(|folder| folder.join("en-us.lm.bin").is_file()).map(Path::to_owned)
}

/// What listening needs.
pub(super) struct Tools {
    pub(super) programs: Programs,
    pub(super) model: Option<PathBuf>,
}

impl Tools {
    /// The model's folder.
    ///
    /// # Errors
    /// UNAVAILABLE when it is not installed.
    pub(super) fn model(&self) -> Result<&Path, Fault> {
        let missing = || Fault::not_installed("PocketSphinx's model en-us", MODEL_PACKAGE);
        self.model.as_deref().ok_or_else(missing)
    }
}

//! The programs and the model that the engine needs.

use std::path::{Path, PathBuf};

use local_engine::{Program, Programs, missing_packages};

use crate::fault::Fault;

const MODEL_PACKAGE: &str = "pocketsphinx-en-us";

pub(super) const FFMPEG: Program = Program { name: "ffmpeg", package: "ffmpeg" };
pub(super) const FFPROBE: Program = Program { name: "ffprobe", package: "ffmpeg" };
pub(super) const POCKETSPHINX: Program = Program { name: "pocketsphinx_batch", package: "pocketsphinx" };

/// The folders where packages install PocketSphinx's model: Debian's, and Homebrew's on either kind of Mac.
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

/// Returns the folder of the installed model.
pub(super) fn model() -> Option<PathBuf> {
    MODELS.iter().map(Path::new).find(|folder| folder.join("en-us.lm.bin").is_file()).map(Path::to_owned)
}

/// The programs and the model.
pub(super) struct Tools {
    pub(super) programs: Programs,
    pub(super) model: Option<PathBuf>,
}

impl Tools {
    /// Returns the folder of the model.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the model is not installed.
    pub(super) fn model(&self) -> Result<&Path, Fault> {
        let missing = || Fault::not_installed("PocketSphinx's model en-us", MODEL_PACKAGE);
        self.model.as_deref().ok_or_else(missing)
    }
}

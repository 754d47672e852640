//! The layout of the data folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The paths under the data folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout(PathBuf);

impl Layout {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self(root)
    }

    pub(crate) fn create(&self) -> io::Result<()> {
        for folder in [self.staged(), self.sessions(), self.journal(), self.notifications(), self.buckets()] {
            fs::create_dir_all(folder)?;
        }
        Ok(())
    }

    pub(crate) fn staged(&self) -> PathBuf {
        self.0.join("staged")
    }

    pub(crate) fn sessions(&self) -> PathBuf {
        self.0.join("sessions")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    pub(crate) fn notifications(&self) -> PathBuf {
        self.0.join("notifications")
    }

    pub(crate) fn buckets(&self) -> PathBuf {
        self.0.join("buckets")
    }

    pub(crate) fn data(&self, bucket: &str, generation: i64) -> PathBuf {
        self.buckets().join(bucket).join(format!("{generation}.data"))
    }

    pub(crate) fn record(&self, bucket: &str, generation: i64) -> PathBuf {
        self.buckets().join(bucket).join(format!("{generation}.json"))
    }

    pub(crate) fn session_data(&self, id: &str) -> PathBuf {
        self.sessions().join(format!("{id}.data"))
    }

    pub(crate) fn session_record(&self, id: &str) -> PathBuf {
        self.sessions().join(format!("{id}.json"))
    }

    pub(crate) fn entry(&self, generation: i64) -> PathBuf {
        self.journal().join(format!("{generation}.json"))
    }

    /// Returns the full path of a path under the data folder.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        self.0.join(path)
    }

    pub(crate) fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.0).unwrap_or(path).to_owned()
    }
}

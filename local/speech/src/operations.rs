//! All operations, in memory and in one small JSON file each, so that they survive a restart.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{clock, operation::Operation};

/// The time that an operation is kept after its end.
const RETENTION: Duration = Duration::from_secs(5 * 24 * 3600);
const EXTENSION: &str = "json";

pub(crate) struct Operations {
    folder: PathBuf,
    all: Mutex<BTreeMap<String, Operation>>,
}

impl Operations {
    /// Loads the operations in a folder, which is created if it does not exist, and deletes old ones.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            match read(&path) {
                Ok(operation) if !operation.done || !clock::is_older(&operation.updated, RETENTION) => {
                    all.insert(operation.id.clone(), operation);
                }
                Ok(_) => fs::remove_file(&path)?,
                Err(error) => tracing::warn!(path = %path.display(), %error, "a file is not an operation"),
            }
        }
        Ok(Self { folder, all: Mutex::new(all) })
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Operation>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Operation> {
        self.all().get(id).cloned()
    }

    /// Returns the ids of the unfinished operations.
    pub(crate) fn running(&self) -> Vec<String> {
        self.all()
            .values()
            .filter(|operation| !operation.done)
            .map(|operation| operation.id.clone())
            .collect()
    }

    /// Stores a new operation and returns `true`, unless `limit` operations are running.
    pub(crate) fn add(&self, operation: &Operation, limit: usize) -> io::Result<bool> {
        let mut all = self.all();
        if all.values().filter(|operation| !operation.done).count() >= limit {
            return Ok(false);
        }
        self.save(operation)?;
        all.insert(operation.id.clone(), operation.clone());
        Ok(true)
    }

    /// Updates the progress of a file in memory only. A restart may lose it.
    pub(crate) fn progress(&self, id: &str, file: usize, percent: u8) {
        if let Some(file) = self.all().get_mut(id).and_then(|operation| operation.files.get_mut(file)) {
            file.progress = file.progress.max(percent);
        }
    }

    /// Updates an operation in memory and on disk.
    pub(crate) fn update(&self, id: &str, change: impl FnOnce(&mut Operation)) {
        let mut all = self.all();
        if let Some(operation) = all.get_mut(id) {
            change(operation);
            operation.updated = clock::timestamp();
            // Work that could not be stored is repeated after a restart.
            if let Err(error) = self.save(operation) {
                tracing::error!(id, %error, "an operation could not be stored");
            }
        }
    }

    fn save(&self, operation: &Operation) -> io::Result<()> {
        let path = self.folder.join(&operation.id).with_extension(EXTENSION);
        let partial = path.with_extension("partial");
        fs::write(&partial, serde_json::to_vec(operation)?)?;
        fs::rename(partial, path)
    }
}

fn read(path: &Path) -> io::Result<Operation> {
    if path.extension().is_none_or(|extension| extension != EXTENSION) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

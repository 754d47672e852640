//! The operations that there are: in memory, and each in a small JSON file, so that a restart knows them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{clock, operation::Operation};

/// How long an operation is kept after its end.
const KEPT: Duration = Duration::from_secs(5 * 24 * 3600);
const EXTENSION: &str = "json";

pub(crate) struct Operations {
    folder: PathBuf,
    all: Mutex<BTreeMap<String, Operation>>,
}

impl Operations {
    /// Reads the operations of a folder, which is made when it does not exist, and forgets the old ones.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            match read(&path) {
                Ok(operation) if !operation.done || !clock::is_older(&operation.updated, KEPT) => {
                    all.insert(operation.id.clone(), operation);
                }
                Ok(_) => fs::remove_file(&path)?,
                Err(error) => tracing::warn!(path = %path.display(), %error, "not an operation"),
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

    /// Those that are not done.
    pub(crate) fn running(&self) -> Vec<String> {
        self.all()
            .values()
            .filter(|operation| !operation.done)
            .map(|operation| operation.id.clone())
            .collect()
    }

    /// Keeps a new operation unless `most` are running; says whether it did.
    pub(crate) fn add(&self, operation: &Operation, most: usize) -> io::Result<bool> {
        let mut all = self.all();
        if all.values().filter(|operation| !operation.done).count() >= most {
            return Ok(false);
        }
        self.save(operation)?;
        all.insert(operation.id.clone(), operation.clone());
        Ok(true)
    }

    /// Notes how far a file is; a restart may forget it.
    pub(crate) fn progress(&self, id: &str, file: usize, percent: u8) {
        if let Some(file) = self.all().get_mut(id).and_then(|operation| operation.files.get_mut(file)) {
            file.progress = file.progress.max(percent);
        }
    }

    /// Changes an operation for good.
    pub(crate) fn update(&self, id: &str, change: impl FnOnce(&mut Operation)) {
        let mut all = self.all();
        if let Some(operation) = all.get_mut(id) {
            change(operation);
            operation.updated = clock::timestamp();
            // What could not be kept is done again after a restart.
            if let Err(error) = self.save(operation) {
                tracing::error!(id, %error, "an operation could not be kept");
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

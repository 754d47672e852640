//! The redo log. Renaming one journal file into place commits a change of objects together with its
//! notifications. The change is applied afterwards. If the process crashes first, the next process applies it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    files,
    layout::Layout,
    metadata::ObjectMetadata,
    notify::{self, Pending},
    session::Session,
};

/// A change that is applied completely or not at all.
#[derive(Serialize, Deserialize)]
pub(crate) struct Transaction {
    /// The position in the order of changes. For a new object it is also the generation.
    pub(crate) at: i64,
    pub(crate) put: Option<Put>,
    pub(crate) removed: Option<ObjectMetadata>,
    pub(crate) finished: Option<Session>,
    pub(crate) notifications: Vec<Pending>,
}

/// An object to store.
#[derive(Serialize, Deserialize)]
pub(crate) struct Put {
    staged: PathBuf,
    pub(crate) object: ObjectMetadata,
}

impl Put {
    pub(crate) fn new(layout: &Layout, staged: &Path, object: ObjectMetadata) -> Self {
        Self { staged: layout.relative(staged), object }
    }
}

impl Transaction {
    /// Commits the change. From here on it is applied even if the process is killed.
    pub(crate) fn commit(&self, layout: &Layout) -> io::Result<()> {
        files::write_atomically(&layout.entry(self.at), &serde_json::to_vec(self)?)
    }

    /// Applies a committed change and returns the paths of its recorded notifications. Idempotent.
    pub(crate) fn apply(&self, layout: &Layout) -> io::Result<Vec<PathBuf>> {
        if let Some(put) = &self.put {
            let data = layout.data(&put.object.bucket, put.object.generation);
            fs::create_dir_all(layout.buckets().join(&put.object.bucket))?;
            match fs::rename(layout.absolute(&put.staged), &data) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && data.exists() => {}
                renamed => renamed?,
            }
            let record = layout.record(&put.object.bucket, put.object.generation);
            files::write_atomically(&record, &serde_json::to_vec(&put.object)?)?;
        }
        if let Some(removed) = &self.removed {
            files::remove(&layout.record(&removed.bucket, removed.generation))?;
            files::remove(&layout.data(&removed.bucket, removed.generation))?;
        }
        if let Some(session) = &self.finished {
            session.save(layout)?;
        }
        let mut recorded = Vec::new();
        for (position, pending) in self.notifications.iter().enumerate() {
            let path = layout.notifications().join(format!("{}-{position}.json", self.at));
            notify::record(&path, pending)?;
            recorded.push(path);
        }
        Ok(recorded)
    }

    /// Removes the journal entry of an applied change.
    pub(crate) fn remove_entry(&self, layout: &Layout) -> io::Result<()> {
        files::remove(&layout.entry(self.at))
    }

    /// Returns the committed changes that may not be applied yet, in order.
    pub(crate) fn pending(layout: &Layout) -> io::Result<Vec<Self>> {
        let mut transactions = Vec::new();
        for path in files::sweep(&layout.journal())? {
            transactions.push(serde_json::from_slice::<Self>(&fs::read(path)?)?);
        }
        transactions.sort_by_key(|transaction| transaction.at);
        Ok(transactions)
    }
}

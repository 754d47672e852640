//! All operations, with their quota, their counts, and the files that let them survive a restart.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use local_engine::clock;
use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};
use time::Duration;
use tokio::sync::Notify;

use crate::{
    batch::Operation,
    fault::{self, Fault},
    settings::Settings,
};

/// The time that a finished operation is kept across restarts.
const RETENTION: Duration = Duration::days(7);
/// The range of ids. Real ids are numbers of about twenty digits.
const IDS: std::ops::Range<u64> = 1_000_000_000_000_000_000..u64::MAX;

/// Counts of operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperationCounts {
    /// Operations started since the stand-in was created.
    pub started: u64,
    /// Operations running now, including those resumed after a restart.
    pub running: usize,
    /// The largest number of operations running at the same time.
    pub max_concurrent: usize,
}

pub(crate) struct Operations {
    folder: PathBuf,
    limit: Option<usize>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    by_name: BTreeMap<String, Entry>,
    started: u64,
    max_concurrent: usize,
}

struct Entry {
    operation: Operation,
    canceled: Arc<Notify>,
}

impl Table {
    fn running(&self) -> usize {
        self.by_name.values().filter(|entry| entry.operation.is_running()).count()
    }

    fn insert(&mut self, operation: Operation) {
        let entry = Entry { operation, canceled: Arc::default() };
        self.by_name.insert(entry.operation.name.clone(), entry);
        self.max_concurrent = self.max_concurrent.max(self.running());
    }
}

impl Operations {
    /// Loads the operations of an earlier run. Also returns those that have not finished.
    pub(crate) fn open(settings: &Settings) -> (Self, Vec<Operation>) {
        let folder = settings.work_folder.join("documentai-operations");
        // Without a writer there are no batches, and the folder may belong to another stand-in.
        let loaded = if settings.write.is_some() { load(&folder) } else { vec![] };
        let unfinished = loaded.iter().filter(|operation| operation.is_running()).cloned().collect();
        let mut table = Table::default();
        loaded.into_iter().for_each(|operation| table.insert(operation));
        let limit = settings.limits.concurrent_batches;
        (Self { folder, limit, table: Mutex::new(table) }, unfinished)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates an operation for a request body, unless the quota is used up.
    pub(crate) async fn create(&self, parent: &str, request: Value) -> Result<Operation, Fault> {
        let name = format!("{parent}/operations/{}", fastrand::u64(IDS));
        let operation = Operation::new(name, request);
        {
            let mut table = self.table();
            if let Some(limit) = self.limit.filter(|limit| table.running() >= *limit) {
                return Err(fault::too_many_batches(limit));
            }
            table.insert(operation.clone());
            table.started += 1;
        }
        if let Err(error) = self.save(&operation).await {
            tracing::error!(%error, "an operation could not be stored");
            self.table().by_name.remove(&operation.name);
            return Err(Fault::internal());
        }
        Ok(operation)
    }

    pub(crate) fn get(&self, name: &str) -> Result<Operation, Fault> {
        self.table().by_name.get(name).map(|entry| entry.operation.clone()).ok_or_else(|| absent(name))
    }

    /// Returns the operations of a project and location, by name.
    pub(crate) fn list(&self, parent: &str) -> Vec<Operation> {
        let prefix = format!("{parent}/operations/");
        let table = self.table();
        let operations = table.by_name.values().map(|entry| &entry.operation);
        operations.filter(|operation| operation.name.starts_with(&prefix)).cloned().collect()
    }

    /// Cancels an operation. Has no effect after its end.
    pub(crate) fn cancel(&self, name: &str) -> Result<(), Fault> {
        self.signal(name).map(|canceled| canceled.notify_one()).ok_or_else(|| absent(name))
    }

    /// Returns the signal that cancels an operation.
    pub(super) fn signal(&self, name: &str) -> Option<Arc<Notify>> {
        self.table().by_name.get(name).map(|entry| Arc::clone(&entry.canceled))
    }

    pub(super) fn start(&self, name: &str) {
        if let Some(entry) = self.table().by_name.get_mut(name) {
            entry.operation.start();
        }
    }

    pub(super) fn report(&self, name: &str, input: &str, output: Result<String, &Fault>) {
        if let Some(entry) = self.table().by_name.get_mut(name) {
            entry.operation.report(input, output);
        }
    }

    /// Ends an operation. The result is on disk before it is visible.
    pub(super) async fn end(&self, name: &str, result: Result<(), Fault>) {
        let Ok(mut operation) = self.get(name) else { return };
        operation.end(result.as_ref().copied());
        if let Err(error) = self.save(&operation).await {
            tracing::error!(%error, name, "the end of an operation could not be stored");
        }
        if let Some(entry) = self.table().by_name.get_mut(name) {
            entry.operation = operation;
        }
    }

    pub(crate) fn counts(&self) -> OperationCounts {
        let table = self.table();
        OperationCounts {
            started: table.started,
            running: table.running(),
            max_concurrent: table.max_concurrent,
        }
    }

    /// Creates a temporary folder for output that is not complete yet.
    pub(super) async fn spool(&self) -> io::Result<TempDir> {
        let folder = self.folder.clone();
        blocking(move || TempDir::new_in(folder)).await
    }

    async fn save(&self, operation: &Operation) -> io::Result<()> {
        let path = self.folder.join(operation.id()).with_extension("json");
        let (folder, json) = (self.folder.clone(), serde_json::to_vec(operation)?);
        blocking(move || {
            fs::create_dir_all(&folder)?;
            let mut file = NamedTempFile::new_in(&folder)?;
            io::Write::write_all(&mut file, &json)?;
            file.persist(path)?;
            Ok(())
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn absent(name: &str) -> Fault {
    Fault::not_found("OPERATION_NOT_FOUND", format!("Operation \"{name}\" not found."))
}

/// Loads the operations in the folder, and removes old and incomplete files.
fn load(folder: &Path) -> Vec<Operation> {
    let oldest = clock::now() - RETENTION;
    let mut operations = vec![];
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let read = fs::read(&path).ok().and_then(|json| serde_json::from_slice::<Operation>(&json).ok());
        match read {
            Some(operation) if operation.is_running() || operation.updated > oldest => {
                operations.push(operation);
            }
            _ => {
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                if let Err(error) = removed {
                    tracing::warn!(%error, path = %path.display(), "a leftover could not be removed");
                }
            }
        }
    }
    operations
}

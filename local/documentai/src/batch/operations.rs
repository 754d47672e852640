//! All operations: their quota, their counts, and the files that let them survive a restart.

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

/// How long an operation that ended is kept over a restart.
const KEPT: Duration = Duration::days(7);
/// Real ids are numbers of about twenty digits.
const IDS: std::ops::Range<u64> = 1_000_000_000_000_000_000..u64::MAX;

/// How many operations there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperationCounts {
    /// Since the stand-in was made.
    pub started: u64,
    /// Now, those resumed after a restart included.
    pub running: usize,
    /// At once, at most.
    pub most_at_once: usize,
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
    most_at_once: usize,
}

struct Entry {
    operation: Operation,
    cancelled: Arc<Notify>,
}

impl Table {
    fn running(&self) -> usize {
        self.by_name.values().filter(|entry| entry.operation.is_running()).count()
    }

    fn insert(&mut self, operation: Operation) {
        let entry = Entry { operation, cancelled: Arc::default() };
        self.by_name.insert(entry.operation.name.clone(), entry);
        self.most_at_once = self.most_at_once.max(self.running());
    }
}

impl Operations {
    /// What an earlier stand-in left, and of that the operations that have not ended.
    pub(crate) fn open(settings: &Settings) -> (Self, Vec<Operation>) {
        let folder = settings.work_folder.join("documentai-operations");
        // Without a writer there are no batches, and the folder may be another's.
        let left = if settings.write.is_some() { load(&folder) } else { vec![] };
        let unfinished = left.iter().filter(|operation| operation.is_running()).cloned().collect();
        let mut table = Table::default();
        left.into_iter().for_each(|operation| table.insert(operation));
        let limit = settings.limits.concurrent_batches;
        (Self { folder, limit, table: Mutex::new(table) }, unfinished)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an operation of a request's body, unless too many run already.
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

    /// Those of a project and location, by name.
    pub(crate) fn list(&self, parent: &str) -> Vec<Operation> {
        let prefix = format!("{parent}/operations/");
        let table = self.table();
        let operations = table.by_name.values().map(|entry| &entry.operation);
        operations.filter(|operation| operation.name.starts_with(&prefix)).cloned().collect()
    }

    /// Asks an operation to end; one that has ended stays as it is.
    pub(crate) fn cancel(&self, name: &str) -> Result<(), Fault> {
        self.signal(name).map(|cancelled| cancelled.notify_one()).ok_or_else(|| absent(name))
    }

    /// What tells an operation that it was cancelled.
    pub(super) fn signal(&self, name: &str) -> Option<Arc<Notify>> {
        self.table().by_name.get(name).map(|entry| Arc::clone(&entry.cancelled))
    }

    pub(super) fn report(&self, name: &str, input: &str, output: Result<String, &Fault>) {
        if let Some(entry) = self.table().by_name.get_mut(name) {
            entry.operation.report(input, output);
        }
    }

    /// Ends an operation, on disk before anybody sees it.
    pub(super) async fn end(&self, name: &str, ended: Result<(), Fault>) {
        let Ok(mut operation) = self.get(name) else { return };
        operation.end(ended.as_ref().copied());
        if let Err(error) = self.save(&operation).await {
            tracing::error!(%error, name, "the end of an operation could not be stored");
        }
        if let Some(entry) = self.table().by_name.get_mut(name) {
            entry.operation = operation;
        }
    }

    pub(crate) fn counts(&self) -> OperationCounts {
        let table = self.table();
        OperationCounts { started: table.started, running: table.running(), most_at_once: table.most_at_once }
    }

    /// A folder for what is not to be written before all of it is there.
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

/// The operations in the folder; what is old or half written is removed.
fn load(folder: &Path) -> Vec<Operation> {
    let oldest = clock::now() - KEPT;
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

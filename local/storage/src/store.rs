//! The objects: an index in memory over files on disk, changed in one transaction at a time.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::SystemTime,
};

use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    Bucket, Clock, NotificationConfig,
    digest::Sums,
    fault::{Fault, Kind},
    files::{self, Temporary},
    journal::{Put, Transaction},
    layout::Layout,
    metadata::{Attributes, ObjectMetadata, Preconditions},
    names,
    notify::{self, Event},
    session::Session,
};

type Objects = BTreeMap<String, Arc<ObjectMetadata>>;

/// The buckets and their objects.
pub(crate) struct Store {
    pub(crate) layout: Layout,
    clock: Clock,
    buckets: HashMap<String, Vec<NotificationConfig>>,
    index: RwLock<HashMap<String, Objects>>,
    commits: Mutex<Commits>,
    recorded: UnboundedSender<PathBuf>,
}

struct Commits {
    last: i64,
    /// True if a committed change could not be applied. It is applied before the next change.
    has_pending: bool,
}

/// An object whose bytes are complete.
pub(crate) struct NewObject {
    pub(crate) bucket: String,
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
    pub(crate) component_count: Option<u32>,
    pub(crate) sums: Sums,
    pub(crate) staged: Temporary,
    pub(crate) preconditions: Preconditions,
    /// The resumable session that this object completes.
    pub(crate) session: Option<Session>,
}

impl Store {
    /// Opens the folder and applies the changes that an earlier process committed. Blocks the thread.
    pub(crate) fn open(
        root: PathBuf,
        buckets: Vec<Bucket>,
        clock: Clock,
        recorded: UnboundedSender<PathBuf>,
    ) -> io::Result<Self> {
        let layout = Layout::new(root);
        layout.create()?;
        let mut last = 0;
        for transaction in Transaction::pending(&layout)? {
            last = last.max(transaction.at);
            transaction.apply(&layout)?;
            transaction.remove_entry(&layout)?;
        }
        let mut index = HashMap::new();
        for bucket in &buckets {
            let objects = load(&layout, &bucket.name)?;
            last = objects.values().map(|object| object.generation).fold(last, i64::max);
            index.insert(bucket.name.clone(), objects);
        }
        let store = Self {
            layout,
            clock,
            buckets: buckets.into_iter().map(|bucket| (bucket.name, bucket.notifications)).collect(),
            index: RwLock::new(index),
            commits: Mutex::new(Commits { last, has_pending: false }),
            recorded,
        };
        for path in files::sweep(&store.layout.notifications())? {
            store.send(path);
        }
        for path in files::sweep(&store.layout.staged())? {
            files::remove(&path)?;
        }
        for bucket in store.buckets.keys() {
            remove_orphans(&store.layout, bucket)?;
        }
        Ok(store)
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// Returns the path of a temporary file. A commit turns it into an object's data, otherwise it is removed.
    pub(crate) fn stage(&self) -> Result<Temporary, Fault> {
        Ok(Temporary::new(self.layout.staged().join(names::random()?)))
    }

    pub(crate) fn require_bucket(&self, bucket: &str) -> Result<(), Fault> {
        if self.buckets.contains_key(bucket) { Ok(()) } else { Err(Fault::new(Kind::NoSuchBucket)) }
    }

    /// Returns the live generation of an object.
    pub(crate) fn live(&self, bucket: &str, name: &str) -> Option<Arc<ObjectMetadata>> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.get(bucket)?.get(name).cloned()
    }

    /// Returns the object if `generation` is absent or the live one.
    pub(crate) fn find(
        &self,
        bucket: &str,
        name: &str,
        generation: Option<i64>,
    ) -> Result<Arc<ObjectMetadata>, Fault> {
        self.require_bucket(bucket)?;
        self.live(bucket, name)
            .filter(|object| generation.is_none_or(|generation| generation == object.generation))
            .ok_or_else(|| Fault::new(Kind::NoSuchKey).details(format!("No such object: {bucket}/{name}")))
    }

    /// Passes a bucket's objects, sorted by name, to a closure.
    pub(crate) fn with_objects<T>(&self, bucket: &str, read: impl FnOnce(&Objects) -> T) -> Result<T, Fault> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.get(bucket).map(read).ok_or_else(|| Fault::new(Kind::NoSuchBucket))
    }

    /// Creates an object, or replaces its live generation.
    pub(crate) async fn put(self: &Arc<Self>, new: NewObject) -> Result<Arc<ObjectMetadata>, Fault> {
        let store = self.clone();
        blocking(move || store.put_now(new)).await
    }

    /// Deletes the object's live generation, which must be `generation` if given.
    pub(crate) async fn delete(
        self: &Arc<Self>,
        bucket: String,
        name: String,
        generation: Option<i64>,
        preconditions: Preconditions,
    ) -> Result<(), Fault> {
        let store = self.clone();
        blocking(move || {
            let mut commits = store.commits();
            store.apply_pending(&mut commits)?;
            let object = store.find(&bucket, &name, generation)?;
            preconditions.check(Some(&object))?;
            let at = commits.next(store.now());
            let event = Event::Deleted { overwritten_by: None };
            let notifications = notify::notifications_for(store.configs(&bucket), &object, event, at);
            let removed = Some((*object).clone());
            let transaction = Transaction { at, put: None, removed, finished: None, notifications };
            transaction.commit(&store.layout)?;
            store.apply(&mut commits, &transaction)
        })
        .await
    }

    fn put_now(&self, new: NewObject) -> Result<Arc<ObjectMetadata>, Fault> {
        self.require_bucket(&new.bucket)?;
        let mut commits = self.commits();
        self.apply_pending(&mut commits)?;
        let live = self.live(&new.bucket, &new.name);
        new.preconditions.check(live.as_deref())?;
        let at = commits.next(self.now());
        let object = ObjectMetadata {
            bucket: new.bucket,
            name: new.name,
            generation: at,
            size: new.sums.length,
            crc32c: new.sums.crc32c,
            md5: new.component_count.is_none().then_some(new.sums.md5),
            component_count: new.component_count,
            attributes: new.attributes,
        };
        let configs = self.configs(&object.bucket);
        let overwrote = live.as_ref().map(|live| live.generation);
        let mut notifications =
            notify::notifications_for(configs, &object, Event::Finalized { overwrote }, at);
        if let Some(live) = &live {
            notifications.extend(notify::notifications_for(
                configs,
                live,
                Event::Deleted { overwritten_by: Some(at) },
                at,
            ));
        }
        let transaction = Transaction {
            at,
            put: Some(Put::new(&self.layout, new.staged.path(), object.clone())),
            removed: live.map(|live| (*live).clone()),
            finished: new.session.map(|session| session.finished(object.clone())),
            notifications,
        };
        transaction.commit(&self.layout)?;
        new.staged.keep();
        self.apply(&mut commits, &transaction)?;
        Ok(Arc::new(object))
    }

    /// Applies a committed change and updates the index.
    fn apply(&self, commits: &mut Commits, transaction: &Transaction) -> Result<(), Fault> {
        commits.has_pending = true;
        let recorded = transaction.apply(&self.layout)?;
        self.update_index(transaction);
        recorded.into_iter().for_each(|path| self.send(path));
        transaction.remove_entry(&self.layout)?;
        commits.has_pending = false;
        Ok(())
    }

    /// Applies the changes that were committed earlier but not applied.
    fn apply_pending(&self, commits: &mut Commits) -> Result<(), Fault> {
        if !commits.has_pending {
            return Ok(());
        }
        for transaction in Transaction::pending(&self.layout)? {
            self.apply(commits, &transaction)?;
        }
        commits.has_pending = false;
        Ok(())
    }

    fn update_index(&self, transaction: &Transaction) {
        let mut index = self.write_index();
        if let Some(removed) = &transaction.removed
            && let Some(objects) = index.get_mut(&removed.bucket)
        {
            objects.remove(&removed.name);
        }
        if let Some(put) = &transaction.put
            && let Some(objects) = index.get_mut(&put.object.bucket)
        {
            objects.insert(put.object.name.clone(), Arc::new(put.object.clone()));
        }
    }

    fn configs(&self, bucket: &str) -> &[NotificationConfig] {
        self.buckets.get(bucket).map_or(&[], Vec::as_slice)
    }

    fn send(&self, path: PathBuf) {
        // The receiver ends with the last user of this store in the process.
        let _ = self.recorded.send(path);
    }

    fn commits(&self) -> MutexGuard<'_, Commits> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_index(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<String, Objects>> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Commits {
    /// Returns the next generation: the time in microseconds, always more than the last one.
    fn next(&mut self, now: SystemTime) -> i64 {
        let micros = OffsetDateTime::from(now).unix_timestamp_nanos() / 1000;
        self.last = i64::try_from(micros).unwrap_or(self.last).max(self.last + 1);
        self.last
    }
}

/// Runs disk operations on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(io::Error::other(error).into()),
    }
}

/// Loads a bucket's objects. Of two generations of a name, the later one counts.
fn load(layout: &Layout, bucket: &str) -> io::Result<Objects> {
    let folder = layout.buckets().join(bucket);
    fs::create_dir_all(&folder)?;
    let mut objects = Objects::new();
    for path in files::sweep(&folder)?.iter().filter(|path| has_extension(path, "json")) {
        let object: ObjectMetadata = serde_json::from_slice(&fs::read(path)?)?;
        let earlier = objects.get(&object.name).map(|other: &Arc<ObjectMetadata>| other.generation);
        if earlier.is_none_or(|earlier| earlier < object.generation) {
            objects.insert(object.name.clone(), Arc::new(object));
        }
    }
    Ok(objects)
}

/// Removes data without a record, which an interrupted deletion leaves.
fn remove_orphans(layout: &Layout, bucket: &str) -> io::Result<()> {
    for path in files::sweep(&layout.buckets().join(bucket))? {
        if has_extension(&path, "data") && !path.with_extension("json").exists() {
            files::remove(&path)?;
        }
    }
    Ok(())
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

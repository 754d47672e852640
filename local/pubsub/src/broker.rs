//! The running topics and subscriptions, and publishing from one to the other.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use local_identity::Identity;
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use crate::{
    Settings, clock,
    error::Error,
    mailbox::Mailbox,
    message::{Message, MessageId},
    names::{self, Kind},
    resource::Topic,
    subscriber::Subscriber,
};

pub(crate) const CONFIG: &str = "config.json";

pub(crate) struct Broker {
    pub(crate) project: String,
    pub(crate) identity: Identity,
    pub(crate) client: reqwest::Client,
    pub(crate) data_dir: PathBuf,
    resources: RwLock<Resources>,
    /// Locked while a topic or subscription changes, so that disk and memory agree.
    pub(crate) changing: Mutex<()>,
    last_id: AtomicU64,
    progress: Notify,
    pub(crate) stopped: watch::Sender<bool>,
    tasks: Mutex<JoinSet<()>>,
    /// The lock file that keeps other processes out of the folder.
    lock: Mutex<Option<File>>,
}

#[derive(Default)]
pub(crate) struct Resources {
    pub(crate) topics: BTreeMap<String, Topic>,
    pub(crate) subscribers: BTreeMap<String, Arc<Subscriber>>,
}

impl Broker {
    pub(crate) fn open(settings: Settings) -> Result<Arc<Self>, Error> {
        let Settings { data_dir, identity, project } = settings;
        tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        fs::create_dir_all(&data_dir)?;
        let lock = File::create(data_dir.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::Locked,
            TryLockError::Error(error) => Error::Storage(error),
        })?;

        let broker = Arc::new(Self {
            resources: RwLock::new(Resources::load(&data_dir)?),
            project,
            identity,
            client: client()?,
            data_dir,
            changing: Mutex::new(()),
            last_id: AtomicU64::new(0),
            progress: Notify::new(),
            stopped: watch::Sender::new(false),
            tasks: Mutex::new(JoinSet::new()),
            lock: Mutex::new(Some(lock)),
        });
        for subscriber in broker.subscribers() {
            let newest = subscriber.queue().newest().map_or(0, |id| id.0);
            broker.last_id.fetch_max(newest, Ordering::Relaxed);
        }
        Ok(broker)
    }

    /// Runs a task until it ends or the broker stops.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }

    /// Stops all deliveries and releases the folder. Interrupted deliveries are repeated after the next start.
    pub(crate) async fn shutdown(&self) {
        self.stopped.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.notify_progress();
    }

    /// Publishes to the topic with this id. When this returns, the messages are on disk.
    pub(crate) async fn publish(
        self: &Arc<Self>,
        topic: &str,
        messages: Vec<Message>,
    ) -> Result<Vec<MessageId>, Error> {
        let this = Arc::clone(self);
        let topic = topic.to_owned();
        blocking(move || {
            if *this.stopped.borrow() {
                return Err(Error::Unavailable);
            }
            let subscribers = this.subscribers_of(&topic)?;
            let ids: Vec<_> = messages.iter().map(|_| this.next_id()).collect();
            for (id, message) in ids.iter().zip(&messages) {
                for subscriber in &subscribers {
                    subscriber.accept(*id, message)?;
                }
            }
            Ok(ids)
        })
        .await
    }

    fn next_id(&self) -> MessageId {
        let now = MessageId::at(clock::now()).0;
        let later = |last: u64| now.max(last + 1);
        let last = self.last_id.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(later(last)));
        MessageId(later(last.unwrap_or_else(|last| last)))
    }

    pub(crate) fn subscribers_of(&self, topic: &str) -> Result<Vec<Arc<Subscriber>>, Error> {
        let name = names::full(&self.project, Kind::Topic, topic);
        let resources = self.resources();
        if !resources.topics.contains_key(topic) {
            return Err(Error::NotFound(topic.to_owned()));
        }
        let all = resources.subscribers.values();
        Ok(all.filter(|subscriber| subscriber.config().subscription.topic == name).cloned().collect())
    }

    pub(crate) fn topic(&self, id: &str) -> Result<Topic, Error> {
        self.resources().topics.get(id).cloned().ok_or_else(|| Error::NotFound(id.to_owned()))
    }

    pub(crate) fn topics(&self) -> Vec<Topic> {
        self.resources().topics.values().cloned().collect()
    }

    pub(crate) fn subscriber(&self, id: &str) -> Result<Arc<Subscriber>, Error> {
        self.resources().subscribers.get(id).cloned().ok_or_else(|| Error::NotFound(id.to_owned()))
    }

    pub(crate) fn subscribers(&self) -> Vec<Arc<Subscriber>> {
        self.resources().subscribers.values().cloned().collect()
    }

    /// Wakes the callers of [`Self::quiescent`], after messages were delivered or dropped.
    pub(crate) fn notify_progress(&self) {
        self.progress.notify_waiters();
    }

    pub(crate) async fn quiescent(&self) {
        let mut progress = std::pin::pin!(self.progress.notified());
        loop {
            progress.as_mut().enable();
            let stopped = *self.stopped.borrow();
            if stopped || !self.subscribers().iter().any(|subscriber| subscriber.is_busy()) {
                return;
            }
            progress.as_mut().await;
            progress.set(self.progress.notified());
        }
    }

    pub(crate) fn resources(&self) -> RwLockReadGuard<'_, Resources> {
        self.resources.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn resources_mut(&self) -> RwLockWriteGuard<'_, Resources> {
        self.resources.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resources {
    fn load(data_dir: &Path) -> Result<Self, Error> {
        let mut resources = Self::default();
        for (id, _, config) in stored(&data_dir.join(Kind::Topic.collection()))? {
            resources.topics.insert(id, serde_json::from_slice(&config)?);
        }
        for (id, folder, config) in stored(&data_dir.join(Kind::Subscription.collection()))? {
            let mailbox = Mailbox::open(folder.join("messages"))?;
            let subscriber = Subscriber::open(serde_json::from_slice(&config)?, mailbox)?;
            resources.subscribers.insert(id, subscriber);
        }
        Ok(resources)
    }
}

/// Lists the ids, folders and configurations in a collection's folder. Removes folders without a configuration:
/// they were being created or deleted when the process ended.
fn stored(collection: &Path) -> Result<Vec<(String, PathBuf, Vec<u8>)>, Error> {
    fs::create_dir_all(collection)?;
    let mut stored = Vec::new();
    for entry in fs::read_dir(collection)? {
        let entry = entry?;
        let path = entry.path();
        match fs::read(path.join(CONFIG)) {
            Ok(config) => stored.push((entry.file_name().to_string_lossy().into_owned(), path, config)),
            Err(error) if error.kind() == ErrorKind::NotFound => fs::remove_dir_all(path)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(stored)
}

/// Builds the HTTP client for push deliveries.
fn client() -> reqwest::Result<reqwest::Client> {
    // A redirect is no acknowledgment, and a proxy does not know receivers on this machine.
    reqwest::Client::builder()
        .user_agent("APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)")
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}

/// Runs file operations on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Storage(std::io::Error::other(error)))?
}

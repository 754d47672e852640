//! The mails, in memory and in one file each.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::{error::Error, message::Message};

const SUFFIX: &str = "mail";
const PARTIAL: &str = "partial";

pub(crate) struct Store {
    folder: PathBuf,
    messages: Mutex<Vec<Message>>,
    changed: watch::Sender<()>,
    counter: AtomicU64,
}

impl Store {
    /// Loads the mails in the folder and removes incomplete ones.
    pub(crate) async fn open(folder: PathBuf) -> Result<Self, Error> {
        let path = folder.clone();
        let read =
            tokio::task::spawn_blocking(move || read(&path)).await.unwrap_or_else(|error| Err(error.into()));
        let stored = read.map_err(|source| Error::Folder { path: folder.clone(), source })?;
        let store = Self {
            folder,
            messages: Mutex::default(),
            changed: watch::Sender::new(()),
            counter: AtomicU64::new(0),
        };
        stored.into_iter().for_each(|message| store.add(message));
        Ok(store)
    }

    fn all(&self) -> MutexGuard<'_, Vec<Message>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn messages(&self, to: Option<&str>) -> Vec<Message> {
        self.all().iter().filter(|message| to.is_none_or(|to| message.is_to(to))).cloned().collect()
    }

    pub(crate) fn message(&self, id: &str) -> Option<Message> {
        self.all().iter().find(|message| message.id == id).cloned()
    }

    /// Returns a receiver that is notified after each change.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Stores a mail. When this returns, the mail survives a crash of the process.
    pub(crate) async fn receive(&self, to: &[String], mail: &[u8]) -> io::Result<()> {
        #[expect(clippy::disallowed_methods, reason = "the real time of arrival, which no rule depends on")]
        let now = OffsetDateTime::now_utc();
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:013}-{count:04}", now.unix_timestamp_nanos() / 1_000_000);
        let file = Message::to_file(to, now, mail);
        let message = Message::from_file(&id, &file).ok_or(io::ErrorKind::InvalidData)?;
        let path = self.folder.join(&id).with_extension(SUFFIX);
        let write = move || {
            let partial = path.with_extension(PARTIAL);
            fs::write(&partial, file)?;
            fs::rename(&partial, &path)
        };
        tokio::task::spawn_blocking(write).await??;
        self.add(message);
        Ok(())
    }

    fn add(&self, message: Message) {
        let mut messages = self.all();
        match messages.iter_mut().find(|earlier| message.is_copy_of(earlier)) {
            Some(earlier) => earlier.copies += 1,
            None => messages.push(message),
        }
        drop(messages);
        self.changed.send_replace(());
    }

    /// Deletes all mails.
    pub(crate) async fn clear(&self) -> io::Result<()> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || {
            files(&folder)?.iter().try_for_each(|path| match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            })
        })
        .await??;
        self.all().clear();
        self.changed.send_replace(());
        Ok(())
    }
}

/// Lists the mails' files in order of arrival.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = vec![];
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|suffix| suffix == SUFFIX) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(folder: &Path) -> io::Result<Vec<Message>> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|suffix| suffix == PARTIAL) {
            fs::remove_file(path)?;
        }
    }
    let mut messages = vec![];
    for path in files(folder)? {
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match Message::from_file(&id, &fs::read(&path)?) {
            Some(message) => messages.push(message),
            None => tracing::warn!(path = %path.display(), "a file is not a mail"),
        }
    }
    Ok(messages)
}

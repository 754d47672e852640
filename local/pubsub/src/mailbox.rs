//! The undelivered messages of one subscription, one file each.
//!
//! `{id}` holds the message. `{id}.failures` has one byte per failed delivery: appending is atomic, and the
//! length is known without reading. `{id}.partial` is a file still being written.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::message::{Message, MessageId};

pub(crate) struct Mailbox {
    folder: PathBuf,
}

impl Mailbox {
    /// Opens the mailbox in `folder`, which is created if it does not exist.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Returns the message ids and their failure counts, oldest first, and removes leftovers.
    pub(crate) fn scan(&self) -> io::Result<Vec<(MessageId, u32)>> {
        let mut messages = Vec::new();
        let mut others = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            match name.to_str().and_then(|name| name.parse().ok()) {
                Some(id) => messages.push((MessageId(id), 0)),
                None => others.push(name),
            }
        }
        messages.sort_unstable();
        for name in others {
            let path = self.folder.join(&name);
            let owner = name
                .to_str()
                .and_then(|name| name.strip_suffix(".failures")?.parse().ok())
                .and_then(|id| messages.binary_search_by_key(&MessageId(id), |(id, _)| *id).ok());
            match owner {
                Some(index) => {
                    messages[index].1 = u32::try_from(fs::metadata(path)?.len()).unwrap_or(u32::MAX);
                }
                None => fs::remove_file(path)?,
            }
        }
        Ok(messages)
    }

    pub(crate) fn write(&self, id: MessageId, message: &Message) -> io::Result<()> {
        replace(&self.path(id), &message.to_file()?)
    }

    pub(crate) fn read(&self, id: MessageId) -> io::Result<Message> {
        Message::from_file(fs::read(self.path(id))?)
    }

    pub(crate) fn count_failure(&self, id: MessageId) -> io::Result<()> {
        let path = self.path(id).with_extension("failures");
        fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(b".")
    }

    /// Removes a message. The message goes first, because the next start removes failures without a message.
    pub(crate) fn remove(&self, id: MessageId) -> io::Result<()> {
        let path = self.path(id);
        ignore_missing(fs::remove_file(&path))?;
        ignore_missing(fs::remove_file(path.with_extension("failures")))
    }

    fn path(&self, id: MessageId) -> PathBuf {
        self.folder.join(id.to_string())
    }
}

/// Replaces a file atomically.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, content)?;
    fs::rename(&partial, path)
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

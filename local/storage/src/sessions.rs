//! The resumable uploads in memory.

use std::{collections::HashMap, fs, io, sync::Arc};

use tokio::sync::{Mutex, watch};

use crate::{
    digest::Digests,
    fault::{Fault, Kind},
    files,
    layout::Layout,
    metadata::ObjectMetadata,
    names,
    session::{NewSession, Session},
    store::{Store, blocking},
};

/// The unit of the bytes kept of an incomplete upload: their number is a multiple of it.
const QUANTUM: u64 = 256 * 1024;

/// A session in memory, shared by the requests that use it.
pub(crate) struct Upload {
    pub(crate) session: Session,
    /// Locked by the request that writes.
    pub(crate) progress: Mutex<Progress>,
    /// Counts the requests that want to write. The latest one takes over.
    pub(crate) writers: watch::Sender<u64>,
}

/// The progress of an upload.
#[derive(Default)]
pub(crate) struct Progress {
    /// The checksums of the bytes kept, or `None` if the file must be read again.
    pub(crate) digests: Option<Digests>,
    pub(crate) completed: Option<Arc<ObjectMetadata>>,
    pub(crate) canceled: bool,
}

/// The sessions in memory.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Arc<Upload>>>);

impl Sessions {
    /// Starts an upload and returns its id, which is all that a client needs to continue it.
    pub(crate) async fn begin(&self, store: &Arc<Store>, new: NewSession) -> Result<String, Fault> {
        let id = names::random()?;
        let session = Session::new(id.clone(), new, store.now());
        let layout = store.layout.clone();
        blocking(move || Ok(session.save(&layout)?)).await?;
        Ok(id)
    }

    /// Finds an upload that has not expired.
    pub(crate) async fn find(
        &self,
        store: &Arc<Store>,
        id: &str,
        bucket: &str,
        object: &str,
    ) -> Result<Arc<Upload>, Fault> {
        let missing = || Fault::new(Kind::NoSuchUpload);
        if !names::is_random(id) {
            return Err(missing());
        }
        // Locked while the file is read, because a session that ends meanwhile must not reappear as unfinished.
        let mut uploads = self.0.lock().await;
        let upload = match uploads.get(id) {
            Some(upload) => upload.clone(),
            None => {
                let record = store.layout.session_record(id);
                let session: Session = match tokio::fs::read(&record).await {
                    Ok(content) => serde_json::from_slice(&content).map_err(io::Error::other)?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing()),
                    Err(error) => return Err(error.into()),
                };
                let completed = session.completed.clone().map(Arc::new);
                let progress = Mutex::new(Progress { completed, ..Progress::default() });
                let upload = Arc::new(Upload { session, progress, writers: watch::Sender::new(0) });
                uploads.insert(id.to_owned(), upload.clone());
                upload
            }
        };
        let session = &upload.session;
        if session.is_expired(store.now()) || session.bucket != bucket || session.object != object {
            return Err(missing());
        }
        Ok(upload)
    }

    /// Drops a completed upload from memory. Its record on disk remains.
    pub(crate) async fn evict(&self, id: &str) {
        self.0.lock().await.remove(id);
    }
}

impl Upload {
    /// The number of bytes kept: a multiple of 256 KiB until the upload is complete.
    pub(crate) async fn stored(&self, layout: &Layout) -> Result<u64, Fault> {
        Ok(self.written(layout).await? / QUANTUM * QUANTUM)
    }

    /// The number of bytes received.
    pub(crate) async fn written(&self, layout: &Layout) -> Result<u64, Fault> {
        match tokio::fs::metadata(layout.session_data(&self.session.id)).await {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the upload's files. The record goes first, so that partial data is never taken for a complete
    /// upload.
    pub(crate) fn discard(&self, layout: &Layout) -> io::Result<()> {
        files::remove(&layout.session_record(&self.session.id))?;
        files::remove(&layout.session_data(&self.session.id))
    }
}

/// Removes expired sessions, and data without a session. Blocks the thread.
pub(crate) fn sweep(store: &Store) -> io::Result<()> {
    for path in files::sweep(&store.layout.sessions())? {
        let is_record = path.extension().is_some_and(|extension| extension == "json");
        let is_stale = if is_record {
            serde_json::from_slice::<Session>(&fs::read(&path)?)
                .map_or(true, |session| session.is_expired(store.now()))
        } else {
            !path.with_extension("json").exists()
        };
        if is_stale {
            files::remove(&path)?;
        }
    }
    Ok(())
}

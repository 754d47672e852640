//! Resumable upload sessions: kept on the disk, so that they outlive the process.

use std::{
    collections::HashMap,
    fs, io,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};

use crate::{
    digest::{Digests, Expected},
    fault::{Fault, Kind},
    files,
    journal::Layout,
    metadata::{Attributes, ObjectMetadata, Preconditions},
    names,
    payload::LengthRange,
    store::{Store, blocking},
};

/// How long a session URI is good for.
const LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Parts of an upload are kept in multiples of this.
const QUANTUM: u64 = 256 * 1024;

/// What was settled when the upload began.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) attributes: Attributes,
    pub(crate) preconditions: Preconditions,
    pub(crate) range: LengthRange,
    pub(crate) expected: Expected,
    /// Seconds since 1970.
    started: u64,
    /// The object, once the upload has ended.
    completed: Option<ObjectMetadata>,
}

impl Session {
    pub(crate) fn save(&self, layout: &Layout) -> io::Result<()> {
        files::write_whole(&layout.session_record(&self.id), &serde_json::to_vec(self)?)
    }

    /// The session as it is after the upload.
    pub(crate) fn finished(self, object: ObjectMetadata) -> Self {
        Self { completed: Some(object), ..self }
    }

    fn is_expired(&self, now: SystemTime) -> bool {
        seconds(now).saturating_sub(self.started) > LIFE.as_secs()
    }
}

/// What a session begins with.
pub(crate) struct Beginning {
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) attributes: Attributes,
    pub(crate) preconditions: Preconditions,
    pub(crate) range: LengthRange,
    pub(crate) expected: Expected,
}

/// A session that requests are working on.
pub(crate) struct Upload {
    pub(crate) session: Session,
    /// Held by the one request that writes.
    pub(crate) progress: Mutex<Progress>,
    /// Counts the requests that came to write: the latest takes over.
    pub(crate) writers: watch::Sender<u64>,
}

/// How far an upload is.
#[derive(Default)]
pub(crate) struct Progress {
    /// The checksums of the kept bytes, unless they have to be read again.
    pub(crate) digests: Option<Digests>,
    pub(crate) completed: Option<Arc<ObjectMetadata>>,
    pub(crate) cancelled: bool,
}

/// The sessions in use.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Arc<Upload>>>);

impl Sessions {
    /// Begins an upload and answers its id, which is all that is needed to go on with it.
    pub(crate) async fn begin(&self, store: &Arc<Store>, new: Beginning) -> Result<String, Fault> {
        let id = names::random()?;
        let session = Session {
            id: id.clone(),
            bucket: new.bucket,
            object: new.object,
            attributes: new.attributes,
            preconditions: new.preconditions,
            range: new.range,
            expected: new.expected,
            started: seconds(store.now()),
            completed: None,
        };
        let layout = store.layout.clone();
        blocking(move || Ok(session.save(&layout)?)).await?;
        Ok(id)
    }

    /// The upload of this id, if there is one and its week is not over.
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
        // Held while the disk is read: a session that ends meanwhile must not come back unfinished.
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

    /// Forgets an upload that has ended, which the disk remembers.
    pub(crate) async fn forget(&self, id: &str) {
        self.0.lock().await.remove(id);
    }
}

impl Upload {
    /// How many bytes are kept: a multiple of 256 KiB until the upload ends.
    pub(crate) async fn kept(&self, layout: &Layout) -> Result<u64, Fault> {
        Ok(self.written(layout).await? / QUANTUM * QUANTUM)
    }

    /// How many bytes have arrived.
    pub(crate) async fn written(&self, layout: &Layout) -> Result<u64, Fault> {
        match tokio::fs::metadata(layout.session_data(&self.session.id)).await {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes all trace of the upload; the record first, so that no part of it is taken for the whole.
    pub(crate) fn discard(&self, layout: &Layout) -> io::Result<()> {
        files::remove(&layout.session_record(&self.session.id))?;
        files::remove(&layout.session_data(&self.session.id))
    }
}

/// Removes the sessions whose week is over, and bytes that belong to none. Blocks.
pub(crate) fn sweep(store: &Store) -> io::Result<()> {
    for path in files::sweep(&store.layout.sessions())? {
        let is_record = path.extension().is_some_and(|extension| extension == "json");
        let dead = if is_record {
            serde_json::from_slice::<Session>(&fs::read(&path)?)
                .map_or(true, |session| session.is_expired(store.now()))
        } else {
            !path.with_extension("json").exists()
        };
        if dead {
            files::remove(&path)?;
        }
    }
    Ok(())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

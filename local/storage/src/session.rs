//! The record of a resumable upload session, kept on disk so that it survives a restart.

use std::{
    io,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use crate::{
    digest::Expected,
    files,
    layout::Layout,
    metadata::{Attributes, ObjectMetadata, Preconditions},
    payload::LengthRange,
};

/// The lifetime of a session URI.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The parameters of an upload and, in the end, its object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) attributes: Attributes,
    pub(crate) preconditions: Preconditions,
    pub(crate) range: LengthRange,
    pub(crate) expected: Expected,
    /// The start of the session, in seconds since 1970.
    started: u64,
    /// The object, once the upload is complete.
    pub(crate) completed: Option<ObjectMetadata>,
}

impl Session {
    pub(crate) fn new(id: String, new: NewSession, now: SystemTime) -> Self {
        Self {
            id,
            bucket: new.bucket,
            object: new.object,
            attributes: new.attributes,
            preconditions: new.preconditions,
            range: new.range,
            expected: new.expected,
            started: seconds(now),
            completed: None,
        }
    }

    pub(crate) fn save(&self, layout: &Layout) -> io::Result<()> {
        files::write_atomically(&layout.session_record(&self.id), &serde_json::to_vec(self)?)
    }

    /// Returns the session with its completed object.
    pub(crate) fn finished(self, object: ObjectMetadata) -> Self {
        Self { completed: Some(object), ..self }
    }

    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        seconds(now).saturating_sub(self.started) > LIFETIME.as_secs()
    }
}

/// The parameters of a new session.
pub(crate) struct NewSession {
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) attributes: Attributes,
    pub(crate) preconditions: Preconditions,
    pub(crate) range: LengthRange,
    pub(crate) expected: Expected,
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

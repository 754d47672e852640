//! Notifications about created and deleted objects, delivered at least once
//! (<https://cloud.google.com/storage/docs/pubsub-notifications>).

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{sync::mpsc::UnboundedReceiver, task::JoinSet};

use crate::{
    NotificationConfig, files,
    metadata::{ObjectMetadata, rfc3339, time_of},
};

const INITIAL_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_secs(5);
/// The time after which a delivery counts as failed.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(30);

/// A message for Pub/Sub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The topic, as written in the bucket's configuration.
    pub topic: String,
    /// `eventType`, `bucketId`, `objectId`, `objectGeneration` and the other attributes of Cloud Storage.
    pub attributes: BTreeMap<String, String>,
    /// The object's JSON resource (payload format `JSON_API_V1`).
    pub data: Vec<u8>,
}

/// Receives a notification. Each one is delivered again later, until this returns `Ok`.
pub type Notifier = Arc<dyn Fn(Notification) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// A notification in its file on disk, until it is delivered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    topic: String,
    attributes: BTreeMap<String, String>,
    data: Value,
}

/// An event about an object.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    /// The object was created, or replaced another generation.
    Finalized { overwrote: Option<i64> },
    /// The object was deleted, or replaced by another generation.
    Deleted { overwritten_by: Option<i64> },
}

/// Returns the notifications that a bucket's configurations require. `at` is the commit's generation number.
pub(crate) fn notifications_for(
    configs: &[NotificationConfig],
    object: &ObjectMetadata,
    event: Event,
    at: i64,
) -> Vec<Pending> {
    configs
        .iter()
        .enumerate()
        .filter(|(_, config)| {
            config.object_name_prefix.as_ref().is_none_or(|prefix| object.name.starts_with(prefix))
        })
        .map(|(position, config)| {
            let id = format!("projects/_/buckets/{}/notificationConfigs/{}", object.bucket, position + 1);
            let mut attributes = BTreeMap::from([
                ("notificationConfig", id),
                ("payloadFormat", "JSON_API_V1".to_owned()),
                ("bucketId", object.bucket.clone()),
                ("objectId", object.name.clone()),
                ("objectGeneration", object.generation.to_string()),
                ("eventTime", rfc3339(time_of(at))),
            ]);
            let other = match event {
                Event::Finalized { overwrote } => {
                    attributes.insert("eventType", "OBJECT_FINALIZE".to_owned());
                    overwrote.map(|generation| ("overwroteGeneration", generation))
                }
                Event::Deleted { overwritten_by } => {
                    attributes.insert("eventType", "OBJECT_DELETE".to_owned());
                    overwritten_by.map(|generation| ("overwrittenByGeneration", generation))
                }
            };
            attributes.extend(other.map(|(name, generation)| (name, generation.to_string())));
            Pending {
                topic: config.topic.clone(),
                attributes: attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                data: object.resource(),
            }
        })
        .collect()
}

/// Delivers every recorded notification. Returns when all senders are dropped.
pub(crate) async fn dispatch(mut recorded: UnboundedReceiver<PathBuf>, notifier: Notifier) {
    let mut deliveries = JoinSet::new();
    loop {
        tokio::select! {
            path = recorded.recv() => match path {
                Some(path) => { deliveries.spawn(deliver(path, notifier.clone())); }
                None => return,
            },
            Some(_) = deliveries.join_next() => {}
        }
    }
}

async fn deliver(path: PathBuf, notifier: Notifier) {
    let mut delay = INITIAL_BACKOFF;
    loop {
        match attempt(&path, &notifier).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(error, "a notification was not accepted and will be retried"),
        }
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(MAX_BACKOFF);
    }
}

async fn attempt(path: &Path, notifier: &Notifier) -> Result<(), String> {
    let content = match tokio::fs::read(path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        content => content.map_err(|error| error.to_string())?,
    };
    let pending: Pending = serde_json::from_slice(&content).map_err(|error| error.to_string())?;
    let data = pending.data.to_string().into_bytes();
    let notification = Notification { topic: pending.topic, attributes: pending.attributes, data };
    tokio::time::timeout(DELIVERY_TIMEOUT, notifier(notification))
        .await
        .map_err(|_| "the notifier timed out".to_owned())??;
    tokio::fs::remove_file(path).await.map_err(|error| error.to_string())
}

/// Writes a notification to disk, before the request that caused it returns.
pub(crate) fn record(path: &Path, pending: &Pending) -> io::Result<()> {
    files::write_atomically(path, &serde_json::to_vec(pending)?)
}

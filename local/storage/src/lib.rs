//! The local cloud's stand-in for Cloud Storage: signed URLs and the JSON API on top of files, with the checks,
//! error codes and notifications of the real service.
//!
//! Two APIs share one port. Browsers use the XML API with V4 signed URLs (see [`canonical`] for the signed
//! form), and the official clients use the JSON API with bearer tokens. Each object has a file for its bytes
//! and, beside it, a file for its metadata. Renaming one journal file commits a change together with its
//! notifications, so a killed process leaves the complete change or none of it.
//!
//! Not supported: noncurrent generations and gRPC.

pub mod canonical;
mod cors;
mod digest;
mod encoding;
mod fault;
mod files;
mod journal;
mod json;
mod layout;
mod media;
mod metadata;
mod multipart;
mod names;
mod notify;
mod payload;
mod resumable;
mod session;
mod sessions;
mod signature;
mod store;
mod target;
mod xml;

use std::{io, path::PathBuf, sync::Arc, time::SystemTime};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{Method, StatusCode};
use local_identity::Identity;
use tokio::sync::mpsc;

pub use metadata::{Attributes, ObjectMetadata};
pub use notify::{Notification, Notifier};

use cors::Cors;
use metadata::Preconditions;
use payload::Writer;
use sessions::Sessions;
use store::{NewObject, Store};
use target::{Endpoint, Target};

/// The source of the current time: [`SystemTime::now`] outside tests.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// The configuration of the storage.
pub struct Settings {
    /// The folder for objects, created if it does not exist. Only one process at a time may use it.
    pub data_dir: PathBuf,
    /// The URL of the router, such as `http://127.0.0.1:9199`. It is the base of session URIs when a request's
    /// `Host` has no port, because the official client leaves the port out.
    pub endpoint: String,
    /// The account whose signed URLs and tokens are accepted.
    pub identity: Identity,
    /// The origins whose pages may access the buckets.
    pub cors_origins: Vec<String>,
    /// The buckets that exist.
    pub buckets: Vec<Bucket>,
    /// The source of the current time.
    pub now: Clock,
}

/// A bucket and its notification configurations.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The bucket's name.
    pub name: String,
    /// The topics that receive events about the bucket's objects.
    pub notifications: Vec<NotificationConfig>,
}

/// A bucket's notification configuration.
#[derive(Clone, Debug)]
pub struct NotificationConfig {
    /// The topic, passed to the notifier unchanged.
    pub topic: String,
    /// Limits the events to objects whose names start with this prefix.
    pub object_name_prefix: Option<String>,
}

/// An error from opening the storage or creating an object.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder could not be read or written.
    #[error("the data folder: {0}")]
    Data(#[from] io::Error),
    /// The bucket's name breaks Cloud Storage's rules or collides with a path of the JSON API.
    #[error("{0:?} is not a valid bucket name")]
    BucketName(String),
    /// The object could not be created.
    #[error("{0}")]
    Refused(String),
}

/// The storage. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    store: Arc<Store>,
    sessions: Arc<Sessions>,
    identity: Identity,
    cors: Arc<Cors>,
    endpoint: Arc<str>,
}

impl Storage {
    /// Opens the storage, applies the changes that an earlier process committed, and starts to deliver
    /// notifications, beginning with the undelivered ones. Requires a Tokio runtime. Deliveries stop when the
    /// last clone of the storage and its router is dropped.
    ///
    /// # Errors
    /// When the data folder cannot be used, or a bucket name is invalid.
    pub async fn open(settings: Settings, notifier: Notifier) -> Result<Self, Error> {
        if let Some(bucket) = settings.buckets.iter().find(|bucket| !names::is_bucket(&bucket.name)) {
            return Err(Error::BucketName(bucket.name.clone()));
        }
        let (recorded, undelivered) = mpsc::unbounded_channel();
        let (root, buckets, clock) = (settings.data_dir, settings.buckets, settings.now);
        let opened = tokio::task::spawn_blocking(move || {
            let store = Store::open(root, buckets, clock, recorded)?;
            sessions::sweep(&store)?;
            io::Result::Ok(store)
        });
        let store = Arc::new(opened.await.map_err(io::Error::other)??);
        tokio::spawn(notify::dispatch(undelivered, notifier));
        Ok(Self {
            store,
            sessions: Arc::default(),
            identity: settings.identity,
            cors: Arc::new(Cors::new(settings.cors_origins)),
            endpoint: settings.endpoint.trim_end_matches('/').into(),
        })
    }

    /// Returns a router for both APIs, to serve at the root of its own address.
    pub fn router(&self) -> Router {
        Router::new().fallback(serve).with_state(self.clone())
    }

    /// Returns an object's metadata and the path of its bytes. With `generation`, only if it is the live one.
    /// The file is removed when the object is deleted or overwritten.
    #[must_use]
    pub fn open_object(
        &self,
        bucket: &str,
        object: &str,
        generation: Option<i64>,
    ) -> Option<(ObjectMetadata, PathBuf)> {
        let object = self.store.find(bucket, object, generation).ok()?;
        let path = self.store.layout.data(&object.bucket, object.generation);
        Some(((*object).clone(), path))
    }

    /// Creates an object from within the process, and sends notifications as for an upload.
    ///
    /// # Errors
    /// When the bucket does not exist, the name is invalid, or writing to the disk fails.
    pub async fn create_object(
        &self,
        bucket: &str,
        object: &str,
        attributes: Attributes,
        data: Bytes,
    ) -> Result<ObjectMetadata, Error> {
        self.create(bucket, object, attributes, data).await.map_err(|fault| Error::Refused(fault.to_string()))
    }

    async fn create(
        &self,
        bucket: &str,
        object: &str,
        attributes: Attributes,
        data: Bytes,
    ) -> Result<ObjectMetadata, fault::Fault> {
        names::check_object(object)?;
        let staged = self.store.stage()?;
        let mut writer = Writer::create(staged.path(), digest::Digests::new()).await?;
        writer.write(&data).await?;
        let new = NewObject {
            bucket: bucket.to_owned(),
            name: object.to_owned(),
            attributes,
            component_count: None,
            sums: writer.finish().await?.finish(),
            staged,
            preconditions: Preconditions::default(),
            session: None,
        };
        Ok((*self.store.put(new).await?).clone())
    }
}

async fn serve(State(cloud): State<Storage>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        return (StatusCode::OK, cloud.cors.preflight(&parts.headers)).into_response();
    }
    let mut response = match Target::of(&parts.uri) {
        Err(fault) => fault.xml(),
        Ok(target) => {
            let response = match target.endpoint {
                Endpoint::Xml => {
                    xml::serve(&cloud, &target, &parts, body).await.unwrap_or_else(fault::Fault::xml)
                }
                _ => json::serve(&cloud, &target, &parts, body).await,
            };
            let status = response.status().as_u16();
            tracing::debug!(method = %parts.method, bucket = target.bucket, object = target.object, status);
            response
        }
    };
    if let Some(origin) = cloud.cors.allowed_origin(&parts.headers) {
        Cors::decorate(origin, response.headers_mut());
    }
    response
}

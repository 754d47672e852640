//! The local cloud's Cloud Storage: signed URLs and the JSON API over files, with the checks, codes
//! and notifications of the real one.
//!
//! Two APIs share one port. Browsers use the XML API with V4 signed URLs ([`canonical`] is what was
//! signed); the official clients use the JSON API with bearer tokens. An object's bytes are streamed to
//! a file beside which its metadata lies; a change is committed by renaming one journal file, which
//! holds the notifications too, so that a killed process leaves the whole change or nothing of it.
//! Buckets keep no noncurrent generations and there is no gRPC.

pub mod canonical;
mod cors;
mod digest;
mod encoding;
mod fault;
mod files;
mod journal;
mod json;
mod media;
mod metadata;
mod multipart;
mod names;
mod notify;
mod payload;
mod resumable;
mod session;
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
use session::Sessions;
use store::{NewObject, Store};
use target::{Endpoint, Target};

/// Tells the time; [`SystemTime::now`] outside tests.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What the storage is made of.
pub struct Settings {
    /// The folder of the objects; it is made when it does not exist. One process at a time may use it.
    pub data_dir: PathBuf,
    /// Where clients reach the router, such as `http://127.0.0.1:9199`: session URIs begin so when a
    /// request's `Host` has no port, as the official client leaves it out.
    pub endpoint: String,
    /// The account whose signed URLs and tokens are accepted.
    pub identity: Identity,
    /// The origins whose pages may use the buckets.
    pub cors_origins: Vec<String>,
    /// The buckets that exist.
    pub buckets: Vec<Bucket>,
    /// What time it is.
    pub now: Clock,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The bucket's name.
    pub name: String,
    /// Who is told of its objects.
    pub notifications: Vec<NotificationConfig>,
}

/// A bucket's notification configuration.
#[derive(Clone, Debug)]
pub struct NotificationConfig {
    /// The topic, handed to the notifier as it stands here.
    pub topic: String,
    /// Only objects whose names begin so.
    pub object_name_prefix: Option<String>,
}

/// Why the storage could not be opened, or an object not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data folder could not be read or written.
    #[error("the data folder: {0}")]
    Data(#[from] io::Error),
    /// A bucket's name is not one that Cloud Storage would take, or stands in the way of the JSON API.
    #[error("{0:?} cannot be a bucket's name")]
    BucketName(String),
    /// The object was refused.
    #[error("{0}")]
    Refused(String),
}

/// The storage; cheap to clone.
#[derive(Clone)]
pub struct Storage {
    store: Arc<Store>,
    sessions: Arc<Sessions>,
    identity: Identity,
    cors: Arc<Cors>,
    endpoint: Arc<str>,
}

impl Storage {
    /// Opens the storage, finishes what an earlier process had committed, and starts to deliver
    /// notifications, those left undelivered first. Needs a tokio runtime; the deliveries end when the
    /// last clone of the storage and of its router is dropped.
    ///
    /// # Errors
    /// When the data folder cannot be used, or a bucket cannot have its name.
    pub async fn open(settings: Settings, notifier: Notifier) -> Result<Self, Error> {
        if let Some(bucket) = settings.buckets.iter().find(|bucket| !names::is_bucket(&bucket.name)) {
            return Err(Error::BucketName(bucket.name.clone()));
        }
        let (recorded, undelivered) = mpsc::unbounded_channel();
        let (root, buckets, clock) = (settings.data_dir, settings.buckets, settings.now);
        let opened = tokio::task::spawn_blocking(move || {
            let store = Store::open(root, buckets, clock, recorded)?;
            session::sweep(&store)?;
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

    /// Both APIs, to be served at the root of an address of their own.
    pub fn router(&self) -> Router {
        Router::new().fallback(serve).with_state(self.clone())
    }

    /// An object's metadata and the file of its bytes, if its live generation is the one asked for. The
    /// file goes away when the object is deleted or overwritten.
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

    /// Makes an object, notifications included, for the neighbours in the same process.
    ///
    /// # Errors
    /// When the bucket does not exist, the name is not allowed, or the disk refuses.
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

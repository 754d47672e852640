//! The processing of an upload, from its finalize event to its text, for any engine: lease the item, check the file,
//! have the engine read it, commit the result.
//!
//! A delivery may arrive twice, late, out of order, or while another instance processes the item. The lease makes this
//! safe: it commits before the engine is called, and a result commits only if the attempt is still current. An input
//! that is too large for a synchronous call becomes a batch operation, which no delivery waits for. Its output arrives
//! in the results bucket as `{folder}/{item}/{attempt}/…`. The finalize events of these objects import it shard by
//! shard, in any order, and a scheduled task triggers polling of operations whose events were lost.
//!
//! Only `maintenance` retries failed attempts. An attempt that fails is recorded, which pauses the item, and its
//! message is acknowledged.

mod events;
mod flow;
mod queries;
mod request_quota;

use std::future::Future;

use axum::{
    extract::{FromRef, State},
    routing::post,
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

pub use self::{
    events::finalize_message,
    queries::{Restartable, fail, find_restartable, restart},
    request_quota::RequestQuota,
};
use crate::{
    base::{clock::Clock, config::Error, ids::ItemId},
    cloud::{
        names::{Subscription, Topic},
        oidc::{OidcVerifier, PushSettings},
        push::{Delivery, Push},
        storage::{Head, ObjectReader, Objects, StorageSettings},
    },
    http::{problem::Problem, routes::Routes},
    items::{Failure, ItemKind, ObjectName, parts::Text},
};

/// An upload whose lease this instance holds.
#[derive(Debug, Clone)]
pub struct Job {
    /// The upload to process.
    pub object: ObjectName,
    /// The generation of the uploaded object.
    pub generation: i64,
    /// The number of the attempt, part of the names of its results. Every new attempt increases it.
    pub attempt: i32,
    /// The number of counted failures since the upload, or since a user last reprocessed the item.
    pub failure_count: i32,
    /// The media type: the declared type, until the first bytes of the file show another type.
    pub content_type: String,
    /// The declared size, in bytes.
    pub size_bytes: i64,
    /// The requested language of the item, or else the language of its project.
    pub language: Option<String>,
    /// True if the input is known to be too large for a synchronous call.
    pub needs_batch: bool,
    /// The name of the running batch operation.
    pub operation: Option<String>,
    /// The start time of the batch operation, or the last time at which it was in the engine's queue.
    pub operation_started_at: Option<OffsetDateTime>,
}

impl Job {
    /// Returns the id of the item.
    #[must_use]
    pub const fn item_id(&self) -> ItemId {
        self.object.item_id
    }
}

/// The reason why an engine did not read an input.
#[derive(Debug)]
pub enum EngineError {
    /// The quota is exhausted. The input may be valid.
    Deferred {
        /// True if the quota for batch operations is exhausted.
        batch: bool,
    },
    /// A temporary error: another try may succeed.
    Transient(Problem),
    /// The output of an operation cannot be parsed. Another import would fail too, unless a later release can parse it.
    Unusable(Problem),
    /// A permanent error: every try would fail.
    Permanent(Failure),
}

/// The response of an engine to an input.
#[derive(Debug)]
pub enum EngineOutput {
    /// The complete text.
    Text(Text),
    /// A batch operation, which writes to the given prefix.
    Operation {
        /// The name of the operation.
        name: String,
        /// The duration of a recording, if it is known already.
        duration_seconds: Option<f64>,
    },
    /// The input needs more preparation than one delivery has time for. The next attempt continues the preparation.
    Unfinished,
}

/// The state of a batch operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// Waiting in the engine's queue, with the time of its creation if known.
    Queued(Option<OffsetDateTime>),
    /// Running, with the percentage done if known.
    Running(Option<i64>),
    /// Succeeded, with all output written.
    Succeeded,
    /// Ended or lost without a result. Another attempt may succeed.
    Lost,
}

/// An output shard of a batch operation.
#[derive(Debug)]
pub struct Shard {
    /// The number of the shard, from 0.
    pub index: i32,
    /// The number of shards in the output.
    pub count: i32,
    /// The text of the shard.
    pub text: Text,
}

/// An engine that processes one kind of item, such as Document AI or Speech-to-Text.
pub trait Engine: Clone + Send + Sync + 'static {
    /// The kind of item that the engine processes.
    const KIND: ItemKind;
    /// The folder of the engine's output in the results bucket.
    const FOLDER: &'static str;
    /// The folder in the results bucket for objects that the engine prepares for an upload, such as a converted
    /// recording. `None` if it prepares none. The objects below `{folder}/{item}/` are deleted when the attempt ends.
    const PREPARED: Option<&'static str> = None;
    /// The number of leading bytes of a file that [`Engine::detect`] and [`Engine::check`] need.
    const HEAD_BYTES: u64;

    /// Returns the accepted media type that the beginning of the file shows. Only a file of an accepted type is
    /// processed and served.
    fn detect(job: &Job, head: &Head) -> Option<&'static str>;

    /// Returns a failure if the beginning of the file shows that the engine cannot read it. The job has the type that
    /// [`Engine::detect`] returned.
    fn check(job: &Job, head: &Head) -> Option<Failure>;

    /// Reads the input synchronously, or starts an operation that writes below `output`. The `head` has passed
    /// [`Engine::check`].
    fn read(
        &self,
        job: &Job,
        head: &Head,
        uri: &str,
        output: &str,
    ) -> impl Future<Output = Result<EngineOutput, EngineError>> + Send;

    /// Polls an operation. A permanent error means that the engine cannot read the input.
    fn poll(&self, operation: &str) -> impl Future<Output = Result<OperationState, EngineError>> + Send;

    /// Parses a shard of an operation's output, stored as `object`.
    ///
    /// # Errors
    /// When the output is not a shard, or shows that the engine cannot read the input.
    fn shard(object: &str, output: &[u8]) -> Result<Shard, EngineError>;
}

crate::settings! {
    /// Settings of a function that processes uploads, except those of its engine.
    pub struct ProcessingSettings {
        /// Bucket that batch operations write their output to.
        pub results_bucket: String = "RESULTS_BUCKET",
        /// Hours after which a running batch operation counts as lost, at least 25. Document AI cancels an operation 24
        /// hours after its start, not counting its time in the queue (<https://cloud.google.com/document-ai/limits>).
        pub operation_hours: u16 = "OPERATION_HOURS" or "48",
    }
    with {
        /// Settings for verifying the sender of push deliveries.
        pub push: PushSettings,
        /// Settings for Cloud Storage.
        pub storage: StorageSettings,
    }
}

/// The state of a function that processes uploads.
#[derive(Clone)]
pub struct Processing<E> {
    db: PgPool,
    clock: Clock,
    verifier: OidcVerifier,
    reader: ObjectReader,
    objects: Objects,
    uploads_bucket: String,
    results_bucket: String,
    operation_lifetime: Duration,
    engine: E,
}

impl<E: Engine> Processing<E> {
    /// Builds the state from settings.
    ///
    /// # Errors
    /// When a variable is invalid; the error names it.
    pub fn new(settings: ProcessingSettings, engine: E, db: PgPool, clock: Clock) -> Result<Self, Error> {
        if settings.operation_hours < MIN_OPERATION_HOURS {
            let expected = format!("expected at least {MIN_OPERATION_HOURS}: an engine may take 24 hours");
            return Err(Error::of("OPERATION_HOURS", expected));
        }
        Ok(Self {
            db,
            clock,
            verifier: OidcVerifier::new(&settings.push),
            reader: ObjectReader::new(&settings.storage)?,
            objects: Objects::new(&settings.storage)?,
            uploads_bucket: settings.storage.uploads_bucket,
            results_bucket: settings.results_bucket,
            operation_lifetime: Duration::hours(settings.operation_hours.into()),
            engine,
        })
    }

    /// Returns the subscriptions to uploads of the engine's kind and to the output of its batch operations.
    #[must_use]
    pub fn subscriptions() -> Vec<Subscription> {
        vec![
            Subscription::to_objects(Topic::Uploads, UPLOADED, &format!("{}/", E::KIND.definition().prefix)),
            Subscription::to_objects(Topic::Results, RESULT, &format!("{}/", E::FOLDER)),
        ]
    }

    /// Returns the push handlers of both subscriptions.
    #[must_use]
    pub fn routes() -> Routes<Self> {
        Routes::new().route(UPLOADED, post(object_finalized::<E>)).route(RESULT, post(result_finalized::<E>))
    }
}

/// The minimum of `OPERATION_HOURS`: the day that an engine may take for an operation, and a margin of one hour.
const MIN_OPERATION_HOURS: u16 = 25;
const UPLOADED: &str = "/events/object-finalized";
const RESULT: &str = "/events/result-finalized";

impl<E> FromRef<Processing<E>> for OidcVerifier {
    fn from_ref(processing: &Processing<E>) -> Self {
        processing.verifier.clone()
    }
}

async fn object_finalized<E: Engine>(
    State(processing): State<Processing<E>>,
    Push(message): Push,
) -> Delivery {
    message.handle(&processing.db, &processing.clock, processing.uploaded(&message)).await
}

async fn result_finalized<E: Engine>(
    State(processing): State<Processing<E>>,
    Push(message): Push,
) -> Delivery {
    message.handle(&processing.db, &processing.clock, processing.result(&message)).await
}

//! From the finalize event of an upload to its text, whatever reads it: lease the item, check the bytes, have an
//! engine read them, commit the result.
//!
//! A delivery may come twice, late, out of order, or while another instance works on the item. The lease rules that
//! out: it commits before the engine is called, and a result commits only if the item has not moved on. An input that
//! is too large for a synchronous call becomes a batch operation, which no delivery waits for. Its output arrives in
//! the results bucket as `{folder}/{item}/{attempt}/…`, whose finalize events bring it in, shard by shard and in any
//! order; a scheduled task has operations polled whose events were lost.

mod events;
mod flow;
mod queries;

use std::future::Future;

use axum::{
    extract::{FromRef, State},
    routing::post,
};
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;

pub use self::{
    events::{Finalized, REPLAYED, finalize_message},
    queries::{Restartable, find_restartable, give_up, restart},
};
use crate::{
    base::{clock::Clock, config::Error, ids::ItemId},
    cloud::{
        names::{Subscription, Topic},
        oidc::{OidcVerifier, PushSettings},
        push::{Delivery, Push},
        storage::{Head, ObjectReader, Objects, StorageSettings},
    },
    http::problem::Problem,
    items::{Failure, ItemKind, ObjectName, parts::Text},
};

/// An upload that is leased to this instance.
#[derive(Debug, Clone)]
pub struct Job {
    /// The upload.
    pub object: ObjectName,
    /// Names the results; grows with every attempt.
    pub attempt: i32,
    /// Attempts since the upload.
    pub tries: i32,
    /// As declared.
    pub content_type: String,
    /// As declared, in bytes.
    pub size_bytes: i64,
    /// The language that was asked for, of the item or of its project.
    pub language: Option<String>,
    /// Whether it is known to be too large for a synchronous call.
    pub needs_batch: bool,
    /// The batch operation under way.
    pub operation: Option<String>,
    /// Since when.
    pub operation_started_at: Option<OffsetDateTime>,
}

impl Job {
    /// The item.
    #[must_use]
    pub const fn item_id(&self) -> ItemId {
        self.object.item_id
    }
}

/// Why an input was not read.
#[derive(Debug)]
pub enum EngineError {
    /// The quota is used up: nothing is wrong with the input.
    Deferred {
        /// Whether it was a batch operation that was not admitted.
        batch: bool,
    },
    /// It may work when tried again.
    Transient(Problem),
    /// It never will.
    Permanent(Failure),
}

/// The answer of an engine to an input.
#[derive(Debug)]
pub enum Reading {
    /// All of its text.
    Text(Text),
    /// A batch operation by this name, which writes to the given prefix.
    Operation(String),
}

/// Where a batch operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// Under way, so many percent of it done where that is known.
    Running(Option<i64>),
    /// Done: all of its output is there.
    Succeeded,
    /// Gone without a result; another attempt may do better.
    Lost,
}

/// A shard of a batch operation's output.
#[derive(Debug)]
pub struct Shard {
    /// Which one, from 0.
    pub index: i32,
    /// How many there are.
    pub count: i32,
    /// The text in it.
    pub text: Text,
}

/// The engine that reads one kind of item: Document AI, Speech-to-Text.
pub trait Engine: Clone + Send + Sync + 'static {
    /// The kind that it reads.
    const KIND: ItemKind;
    /// The folder of its output in the results bucket.
    const FOLDER: &'static str;
    /// How many of a file's first bytes [`Engine::check`] looks at.
    const HEAD_BYTES: u64;

    /// What is wrong with the bytes, as far as their beginning tells.
    fn check(job: &Job, head: &Head) -> Option<Failure>;

    /// Reads the input at once, or starts an operation that writes below `output`; `head` has passed
    /// [`Engine::check`].
    fn read(
        &self,
        job: &Job,
        head: &Head,
        uri: &str,
        output: &str,
    ) -> impl Future<Output = Result<Reading, EngineError>> + Send;

    /// Polls an operation; a permanent error is that of its input.
    fn poll(&self, operation: &str) -> impl Future<Output = Result<OperationState, EngineError>> + Send;

    /// Reads a shard of an operation's output, which lies at `object`.
    ///
    /// # Errors
    /// When it is no such shard, or says that the input cannot be read.
    fn shard(object: &str, output: &[u8]) -> Result<Shard, EngineError>;
}

crate::settings! {
    /// The settings of a function that reads uploads, except those of its engine.
    pub struct ProcessingSettings {
        /// The bucket that batch operations write to.
        pub results_bucket: String = "RESULTS_BUCKET",
    }
    with {
        /// Checking who pushes.
        pub push: PushSettings,
        /// Cloud Storage.
        pub storage: StorageSettings,
    }
}

/// The state of a function that has an engine read what is uploaded.
#[derive(Clone)]
pub struct Processing<E> {
    db: PgPool,
    clock: Clock,
    verifier: OidcVerifier,
    reader: ObjectReader,
    objects: Objects,
    uploads_bucket: String,
    results_bucket: String,
    engine: E,
}

impl<E: Engine> Processing<E> {
    /// Builds the state.
    ///
    /// # Errors
    /// Names the variable that is wrong.
    pub fn new(settings: ProcessingSettings, engine: E, db: PgPool, clock: Clock) -> Result<Self, Error> {
        Ok(Self {
            db,
            clock,
            verifier: OidcVerifier::new(&settings.push),
            reader: ObjectReader::new(&settings.storage)?,
            objects: Objects::new(&settings.storage)?,
            uploads_bucket: settings.storage.uploads_bucket,
            results_bucket: settings.results_bucket,
            engine,
        })
    }

    /// The subscriptions: to uploads of the engine's kind, and to the output of its batch operations.
    #[must_use]
    pub fn subscriptions() -> Vec<Subscription> {
        vec![
            Subscription::to_objects(Topic::Uploads, UPLOADED, &format!("{}/", E::KIND.definition().prefix)),
            Subscription::to_objects(Topic::Results, RESULT, &format!("{}/", E::FOLDER)),
        ]
    }

    /// The handlers of both subscriptions.
    #[must_use]
    pub fn routes() -> OpenApiRouter<Self> {
        OpenApiRouter::new()
            .route(UPLOADED, post(object_finalized::<E>))
            .route(RESULT, post(result_finalized::<E>))
    }
}

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

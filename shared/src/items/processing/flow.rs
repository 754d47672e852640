//! The steps of processing a delivery.

use time::Duration;
use tracing::Span;

use super::{
    Engine, EngineError, Finalized, Job, OperationState, Processing, Reading, events::Output, queries,
};
use crate::{
    base::ids::ItemId,
    cloud::{
        push::{Delivery, Message},
        storage::ReadError,
    },
    http::problem::Problem,
    items::{
        Failure, ObjectName,
        lease::{self, Lease, Leased as _},
        parts,
    },
};

/// The delay of an item when the engine's quota is exhausted.
const DEFERRAL: Duration = Duration::minutes(1);
/// The time that an operation has to write its output before it is polled.
const POLL: Duration = Duration::minutes(2);
/// The age at which a running operation counts as lost.
const OPERATION_LIFETIME: Duration = Duration::hours(24);
/// The largest accepted size of an output object, about ten times the usual size.
const OUTPUT_BYTES: u64 = 48 << 20;

impl<E: Engine> Processing<E> {
    /// Handles the finalize event of an upload, whether from Cloud Storage or repeated by a scheduled task.
    pub(super) async fn uploaded(&self, message: &Message) -> Result<Delivery, Problem> {
        let event = Finalized::read(message, &self.uploads_bucket);
        let Some(event) = event.filter(|event| event.object.kind == E::KIND) else {
            return Ok(Delivery::Discard("not the finalize event of an upload of this kind"));
        };
        Span::current().record("item_id", event.object.item_id.to_string());
        Span::current().record("project_id", event.object.project_id.to_string());
        match queries::lease(&self.db, &event, self.clock.now()).await? {
            Lease::Acquired(job) if job.is_exhausted() => {
                self.fail(&job.object, job.attempt, &Failure::gave_up()).await
            }
            Lease::Acquired(job) => {
                lease::hold(&self.db, &self.clock, &job, Box::pin(self.work(&event, &job))).await
            }
            // The holder completes the work. If it dies, a scheduled task repeats this event.
            Lease::Held | Lease::Finished => Ok(Delivery::Done),
            Lease::Absent => Ok(Delivery::Discard("the item was deleted or has a later upload")),
        }
    }

    async fn work(&self, event: &Finalized, job: &Job) -> Result<Delivery, Problem> {
        if let Some(operation) = &job.operation {
            return self.poll(job, operation).await;
        }
        let object = event.object.to_string();
        let head =
            match self.reader.head(&self.uploads_bucket, &object, event.generation, E::HEAD_BYTES).await {
                Ok(head) => head,
                Err(ReadError::Absent) => {
                    let message = "The uploaded file is gone. Upload it again.";
                    let failure = Failure { code: "file_missing".to_owned(), message: message.to_owned() };
                    return self.fail(&job.object, job.attempt, &failure).await;
                }
                Err(ReadError::Transient(problem)) => return Err(problem),
            };
        if head.size_bytes != job.size_bytes {
            let (found, declared) = (head.size_bytes, job.size_bytes);
            let message = format!("The file has {found} bytes instead of the declared {declared}.");
            return self
                .fail(&job.object, job.attempt, &Failure { code: "size_mismatch".to_owned(), message })
                .await;
        }
        let Some(media_type) = E::detect(job, &head) else {
            let accepted = E::KIND.definition().media_types.join(", ");
            let message =
                format!("The file is of no accepted type. Upload a file of one of these types: {accepted}.");
            let failure = Failure { code: "content_type_mismatch".to_owned(), message };
            return self.fail(&job.object, job.attempt, &failure).await;
        };
        queries::set_media_type(&self.db, E::KIND, job, media_type, self.clock.now()).await?;
        let job = &Job { content_type: media_type.to_owned(), ..job.clone() };
        if let Some(failure) = E::check(job, &head) {
            return self.fail(&job.object, job.attempt, &failure).await;
        }
        let uri = format!("gs://{}/{object}", self.uploads_bucket);
        let output = format!("gs://{}/{}", self.results_bucket, prefix::<E>(job));
        match self.engine.read(job, &head, &uri, &output).await {
            Ok(Reading::Text(text)) => {
                parts::store(&self.db, E::KIND, job.item_id(), job.attempt, &text).await?;
                queries::complete(&self.db, E::KIND, job.item_id(), job.attempt, self.clock.now()).await?;
                Ok(Delivery::Done)
            }
            Ok(Reading::Operation(name)) => {
                let now = self.clock.now();
                queries::begin_operation(&self.db, job, &name, now, now + POLL).await?;
                Ok(Delivery::Done)
            }
            Err(error) => self.end(job, error).await,
        }
    }

    /// Polls an operation that is due.
    async fn poll(&self, job: &Job, operation: &str) -> Result<Delivery, Problem> {
        let now = self.clock.now();
        let too_old = job.operation_started_at.is_some_and(|started| started + OPERATION_LIFETIME < now);
        let state = match self.engine.poll(operation).await {
            Ok(OperationState::Running(_)) if too_old => OperationState::Lost,
            Ok(state) => state,
            // The operation is polled again later.
            Err(EngineError::Transient(problem)) => {
                tracing::warn!(cause = problem.cause(), "an operation could not be polled");
                OperationState::Running(None)
            }
            Err(error) => return self.end(job, error).await,
        };
        match state {
            OperationState::Running(percent) => {
                queries::wait(&self.db, job, percent, now + POLL).await?;
                Ok(Delivery::Done)
            }
            OperationState::Succeeded => {
                for output in self.objects.list(&self.results_bucket, &prefix::<E>(job)).await? {
                    if let Err(error) =
                        self.import(job.item_id(), job.attempt, &output.name, output.generation).await
                    {
                        return self.end(job, error).await;
                    }
                }
                let now = self.clock.now();
                if queries::complete(&self.db, E::KIND, job.item_id(), job.attempt, now).await? {
                    return Ok(Delivery::Done);
                }
                // A part is permanently missing. An attempt that events completed in the meantime stays as it is.
                self.give_operation_up(job).await
            }
            OperationState::Lost => self.give_operation_up(job).await,
        }
    }

    async fn give_operation_up(&self, job: &Job) -> Result<Delivery, Problem> {
        tracing::warn!("an operation ended without a result");
        queries::end_operation(&self.db, job, self.clock.now() + DEFERRAL).await?;
        Ok(Delivery::Done)
    }

    /// Handles the finalize event of a part of an operation's output.
    pub(super) async fn result(&self, message: &Message) -> Result<Delivery, Problem> {
        let Some(output) = Output::read(message, &self.results_bucket, E::FOLDER) else {
            return Ok(Delivery::Discard("not a part of an operation's output"));
        };
        Span::current().record("item_id", output.item_id.to_string());
        let Some(upload) = queries::find_upload(&self.db, output.item_id, output.attempt).await? else {
            return Ok(Delivery::Discard("the attempt has ended"));
        };
        match self.import(output.item_id, output.attempt, &output.object, output.generation).await {
            Ok(()) => {
                queries::complete(&self.db, E::KIND, output.item_id, output.attempt, self.clock.now())
                    .await?;
                Ok(Delivery::Done)
            }
            Err(EngineError::Permanent(failure)) => self.fail(&upload, output.attempt, &failure).await,
            Err(EngineError::Transient(problem)) => Err(problem),
            Err(EngineError::Deferred { .. }) => Ok(Delivery::Done),
        }
    }

    /// Stores an object of an operation's output.
    async fn import(
        &self,
        item: ItemId,
        attempt: i32,
        object: &str,
        generation: i64,
    ) -> Result<(), EngineError> {
        let transient = |error: sqlx::Error| EngineError::Transient(error.into());
        let bytes = match self.reader.read(&self.results_bucket, object, generation, OUTPUT_BYTES).await {
            Ok(bytes) => bytes,
            // The object has expired or has been replaced by another generation, so there is nothing to import.
            Err(ReadError::Absent) => return Ok(()),
            Err(ReadError::Transient(problem)) => return Err(EngineError::Transient(problem)),
        };
        let shard = E::shard(object, &bytes)?;
        drop(bytes);
        parts::store(&self.db, E::KIND, item, attempt, &shard.text).await.map_err(transient)?;
        queries::record_shard(&self.db, item, attempt, shard.index, shard.count).await.map_err(transient)
    }

    async fn end(&self, job: &Job, error: EngineError) -> Result<Delivery, Problem> {
        match error {
            EngineError::Permanent(failure) => self.fail(&job.object, job.attempt, &failure).await,
            EngineError::Transient(problem) => Err(problem),
            EngineError::Deferred { batch } => {
                queries::defer(&self.db, job, batch, self.clock.now() + DEFERRAL).await?;
                Ok(Delivery::Done)
            }
        }
    }

    async fn fail(&self, object: &ObjectName, attempt: i32, failure: &Failure) -> Result<Delivery, Problem> {
        queries::fail(&self.db, object, attempt, failure, self.clock.now()).await?;
        Ok(Delivery::Done)
    }
}

/// Returns the prefix of an attempt's output in the results bucket.
fn prefix<E: Engine>(job: &Job) -> String {
    format!("{}/{}/{}/", E::FOLDER, job.item_id(), job.attempt)
}

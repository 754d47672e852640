//! The steps of processing a delivery.

use time::Duration;

use super::{
    Engine, EngineError, EngineOutput, Job, OperationState, Processing,
    events::{Finalized, Output},
    queries,
};
use crate::{
    base::{context, ids::ItemId},
    cloud::{
        push::{Delivery, Message},
        storage::ReadError,
    },
    http::problem::Problem,
    items::{
        Failure, FailureCode, ItemKind, ObjectName, file_type,
        lease::{self, Lease, MAX_FAILURES},
        parts,
    },
};

/// The delay before another attempt, after an operation ended without a result.
const RESTART_DELAY: Duration = Duration::minutes(1);
/// The time that an operation has to write its output before it is polled.
const POLL_DELAY: Duration = Duration::minutes(2);
/// The longest time between two polls of an operation. The events of its output arrive sooner.
const MAX_POLL_INTERVAL: Duration = Duration::minutes(30);
/// The longest time in the engine's queue. Google names no limit.
const MAX_QUEUE_TIME: Duration = Duration::days(7);
/// The number of failures that an operation without a result counts as. Such an operation may be billed, so an item
/// gets at most three of them.
const LOST_OPERATION: i32 = 4;
/// The largest accepted size of an output object, about ten times the usual size.
const OUTPUT_BYTES: u64 = 48 << 20;

impl<E: Engine> Processing<E> {
    /// Handles the finalize event of an upload, whether from Cloud Storage or repeated by a scheduled task.
    pub(super) async fn uploaded(&self, message: &Message) -> Result<Delivery, Problem> {
        let event = Finalized::read(message, &self.uploads_bucket);
        let Some(event) = event.filter(|event| event.object.kind == E::KIND) else {
            return Ok(Delivery::Discard("not the finalize event of an upload of this kind"));
        };
        context::describe("item_id", event.object.item_id);
        context::describe("project_id", event.object.project_id);
        match queries::lease(&self.db, &event, self.clock.now()).await? {
            Lease::Acquired(job) => {
                lease::run_with_lease(&self.db, &self.clock, &job, Box::pin(self.work(&event, &job))).await
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
                    let message = "The uploaded file no longer exists. Upload it again.";
                    let failure = Failure::new(FailureCode::FileMissing, message);
                    return self.fail(&job.object, job.attempt, &failure).await;
                }
                Err(ReadError::Transient(problem)) => return Err(problem),
            };
        if head.size_bytes != job.size_bytes {
            let (found, declared) = (head.size_bytes, job.size_bytes);
            let message = format!("The file has {found} bytes instead of the declared {declared}.");
            let failure = Failure::new(FailureCode::SizeMismatch, message);
            return self.fail(&job.object, job.attempt, &failure).await;
        }
        let Some(media_type) = E::detect(job, &head) else {
            let message = file_type::refusal(E::KIND, &head.bytes);
            let failure = Failure::new(FailureCode::ContentTypeMismatch, message);
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
            Ok(EngineOutput::Text(text)) => {
                self.set_duration(job, text.duration_seconds).await?;
                parts::store(&self.db, E::KIND, job.item_id(), job.attempt, &text).await?;
                self.complete(job.item_id(), job.attempt).await?;
                Ok(Delivery::Done)
            }
            Ok(EngineOutput::Operation { name, duration_seconds }) => {
                let now = self.clock.now();
                queries::begin_operation(&self.db, job, &name, now, now + POLL_DELAY).await?;
                self.set_duration(job, duration_seconds).await?;
                Ok(Delivery::Done)
            }
            Ok(EngineOutput::Unfinished) => {
                queries::release(&self.db, job, self.clock.now()).await?;
                Ok(Delivery::Done)
            }
            Err(error) => self.end(job, error).await,
        }
    }

    /// Polls an operation that is due. Ends an operation that has exceeded its lifetime, which begins when the
    /// operation leaves the queue.
    async fn poll(&self, job: &Job, operation: &str) -> Result<Delivery, Problem> {
        let now = self.clock.now();
        let age = job.operation_started_at.map_or(Duration::ZERO, |started| now - started);
        let is_expired = age > self.operation_lifetime;
        match self.engine.poll(operation).await {
            Ok(OperationState::Queued(created)) => {
                let waited =
                    created.or(job.operation_started_at).map_or(Duration::ZERO, |created| now - created);
                if waited > MAX_QUEUE_TIME {
                    return self.end_operation(job, "it was not started").await;
                }
                queries::wait_in_queue(&self.db, job, now, now + waited.clamp(POLL_DELAY, MAX_POLL_INTERVAL))
                    .await?;
                Ok(Delivery::Done)
            }
            Ok(OperationState::Running(percent)) if !is_expired => {
                queries::wait(&self.db, job, percent, now + age.clamp(POLL_DELAY, MAX_POLL_INTERVAL)).await?;
                Ok(Delivery::Done)
            }
            Ok(OperationState::Running(_)) => self.end_operation(job, "it is too old").await,
            Ok(OperationState::Succeeded) => self.import_output(job, is_expired).await,
            Ok(OperationState::Lost) => self.end_operation(job, "the engine lost it").await,
            Err(EngineError::Transient(problem)) if is_expired => {
                self.end_operation(job, &format!("it is too old: {}", problem.cause())).await
            }
            Err(error) => self.end(job, error).await,
        }
    }

    /// Imports the whole output of an operation. If all tries to import the output fail, the item fails: another
    /// operation would be billed, and may write the same output.
    async fn import_output(&self, job: &Job, is_expired: bool) -> Result<Delivery, Problem> {
        match self.import_shards(job).await {
            Ok(()) => {
                if self.complete(job.item_id(), job.attempt).await? {
                    return Ok(Delivery::Done);
                }
                // A part is permanently missing. If the events have completed the attempt in the meantime, it stays
                // completed.
                self.end_operation(job, "its output is incomplete").await
            }
            Err(EngineError::Unusable(problem)) if job.failure_count + 1 >= MAX_FAILURES => {
                self.fail_unusable(job, &problem).await
            }
            Err(EngineError::Unusable(problem) | EngineError::Transient(problem)) if is_expired => {
                self.fail_unusable(job, &problem).await
            }
            Err(error) => self.end(job, error).await,
        }
    }

    async fn fail_unusable(&self, job: &Job, problem: &Problem) -> Result<Delivery, Problem> {
        tracing::error!(cause = problem.cause(), "batch output not imported; processing failed");
        let message =
            "The result of the processing could not be stored. Reprocess the item, or ask an operator.";
        let failure = Failure::new(FailureCode::OutputUnusable, message);
        self.fail(&job.object, job.attempt, &failure).await
    }

    async fn import_shards(&self, job: &Job) -> Result<(), EngineError> {
        let outputs = self.objects.list(&self.results_bucket, &prefix::<E>(job)).await;
        for output in outputs.map_err(EngineError::Transient)? {
            self.import(job.item_id(), job.attempt, &output.name, output.generation).await?;
        }
        Ok(())
    }

    async fn end_operation(&self, job: &Job, reason: &str) -> Result<Delivery, Problem> {
        tracing::warn!(reason, "an operation ended without a result");
        let now = self.clock.now();
        queries::end_operation(&self.db, job, LOST_OPERATION, now, now + RESTART_DELAY).await?;
        Ok(Delivery::Done)
    }

    /// Handles the finalize event of a part of an operation's output.
    pub(super) async fn result(&self, message: &Message) -> Result<Delivery, Problem> {
        let Some(output) = Output::read(message, &self.results_bucket, E::FOLDER) else {
            return Ok(Delivery::Discard("not a part of an operation's output"));
        };
        context::describe("item_id", output.item_id);
        let Some(upload) = queries::find_upload(&self.db, output.item_id, output.attempt).await? else {
            return Ok(Delivery::Discard("the attempt has ended"));
        };
        match self.import(output.item_id, output.attempt, &output.object, output.generation).await {
            Ok(()) => {
                self.complete(output.item_id, output.attempt).await?;
                Ok(Delivery::Done)
            }
            Err(EngineError::Permanent(failure)) => self.fail(&upload, output.attempt, &failure).await,
            // The poll of the operation imports its output again, and counts the failures.
            Err(EngineError::Transient(problem) | EngineError::Unusable(problem)) => {
                tracing::warn!(cause = problem.cause(), "output shard not imported; it will be retried");
                Ok(Delivery::Done)
            }
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
            EngineError::Unusable(problem) => {
                tracing::warn!(cause = problem.cause(), "batch output not imported; it will be retried");
                queries::schedule_retry(&self.db, job, true, self.clock.now()).await?;
                Ok(Delivery::Done)
            }
            EngineError::Deferred { batch } => {
                queries::defer(&self.db, job, batch, self.clock.now()).await?;
                Ok(Delivery::Done)
            }
        }
    }

    async fn fail(&self, object: &ObjectName, attempt: i32, failure: &Failure) -> Result<Delivery, Problem> {
        if queries::fail(&self.db, object, attempt, failure, self.clock.now()).await? {
            self.clean(object.item_id).await;
        }
        Ok(Delivery::Done)
    }

    async fn complete(&self, item: ItemId, attempt: i32) -> Result<bool, Problem> {
        let completed = queries::complete(&self.db, E::KIND, item, attempt, self.clock.now()).await?;
        if completed {
            self.clean(item).await;
        }
        Ok(completed)
    }

    async fn set_duration(&self, job: &Job, duration_seconds: Option<f64>) -> Result<(), Problem> {
        if E::KIND == ItemKind::Voice {
            parts::set_duration(&self.db, job.item_id(), job.attempt, duration_seconds, false).await?;
        }
        Ok(())
    }

    /// Deletes the objects that the engine prepared for an upload. Objects that remain after an error expire like all
    /// objects of the bucket.
    async fn clean(&self, item: ItemId) {
        let Some(folder) = E::PREPARED else { return };
        let delete = async {
            for object in self.objects.list(&self.results_bucket, &format!("{folder}/{item}/")).await? {
                self.objects.delete(&self.results_bucket, &object.name, object.generation).await?;
            }
            Ok::<_, Problem>(())
        };
        if let Err(problem) = delete.await {
            tracing::warn!(cause = problem.cause(), "converted recordings could not be deleted");
        }
    }
}

/// Returns the prefix of an attempt's output in the results bucket.
fn prefix<E: Engine>(job: &Job) -> String {
    format!("{}/{}/{}/", E::FOLDER, job.item_id(), job.attempt)
}

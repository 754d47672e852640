//! The steps of an export. Each message runs one step.

use shared::{
    base::clock::Clock,
    cloud::{
        events::{EmailRequested, ExportRequested},
        outbox::Outbox,
        push::Delivery,
        storage::{ComposeError, MAX_COMPONENTS, Objects},
    },
    http::problem::Problem,
    items::{
        Failure, FailureCode,
        lease::{self, Lease},
    },
};
use sqlx::PgPool;
use time::Duration;

use crate::{
    chunk::Chunks,
    model::{Advance, Job, Part},
    queries,
};

/// The time after which `maintenance` repeats the message of a step.
const STEP_TIMEOUT: Duration = Duration::minutes(5);

/// Runs the steps of exports.
#[derive(Clone)]
pub(crate) struct Steps {
    pub(crate) db: PgPool,
    pub(crate) outbox: Outbox,
    pub(crate) bucket: String,
    pub(crate) objects: Objects,
    pub(crate) chunks: Chunks,
    pub(crate) clock: Clock,
}

impl Steps {
    /// Runs the step that an event requests.
    pub(crate) async fn run(&self, event: ExportRequested) -> Result<Delivery, Problem> {
        match queries::lease(&self.db, event, self.clock.now()).await? {
            Lease::Acquired(job) => {
                lease::run_with_lease(&self.db, &self.clock, &job, Box::pin(self.work(&job))).await
            }
            // The holder of the lease finishes the step. If it dies, maintenance repeats this event.
            Lease::Held | Lease::Finished => Ok(Delivery::Done),
            Lease::Absent => Ok(Delivery::Discard("the export does not exist")),
        }
    }

    async fn work(&self, job: &Job) -> Result<Delivery, Problem> {
        if let Some(start) = job.position {
            let chunk = self.chunks.write(job, start).await?;
            let total = match job.total {
                Some(_) => None,
                None => Some(queries::count_items(&self.db, job).await?),
            };
            let advance = Advance {
                position: chunk.next,
                items: chunk.items,
                total,
                created: chunk.part,
                of: Vec::new(),
            };
            self.advance(job, &advance).await?;
            return Ok(Delivery::Done);
        }
        let parts = queries::list_parts(&self.db, job.id, MAX_COMPONENTS).await?;
        match parts.of_lowest_level.as_slice() {
            [whole] if parts.all == 1 => self.finish(job, whole).await,
            components => self.compose(job, components).await,
        }
    }

    /// Composes several objects into one, then deletes them.
    async fn compose(&self, job: &Job, components: &[Part]) -> Result<Delivery, Problem> {
        let Some(first) = components.first() else {
            return Err(Problem::internal("the export has no parts"));
        };
        let sources: Vec<(String, i64)> =
            components.iter().map(|part| (job.object(part.attempt), part.generation)).collect();
        let composed = self
            .objects
            .compose(&self.bucket, &job.object(job.attempt), job.format.content_type(), &sources)
            .await;
        let written = match composed {
            Ok(written) => written,
            Err(ComposeError::Transient(problem)) => return Err(problem),
            Err(ComposeError::Absent) => {
                let message = "A part of the file is missing. Request another export.";
                let failure = Failure::new(FailureCode::PartMissing, message);
                return self.fail(job, &failure).await;
            }
        };
        let created = Part {
            level: first.level + 1,
            number: first.number,
            attempt: job.attempt,
            generation: written.generation,
            size_bytes: written.size_bytes,
        };
        let of = components.to_vec();
        if !self.advance(job, &Advance { position: None, items: 0, total: None, created, of }).await? {
            // The sources are kept, because the instance that took over the lease may not have composed them yet.
            return Ok(Delivery::Done);
        }
        for (object, generation) in sources {
            // The last step deletes the remaining objects.
            if let Err(problem) = self.objects.delete(&self.bucket, &object, generation).await {
                tracing::warn!(
                    object,
                    cause = problem.cause(),
                    "an export part was not deleted; the last step retries"
                );
            }
        }
        Ok(Delivery::Done)
    }

    /// Commits a step with the message that requests the next one, unless another instance has taken over the lease.
    /// Returns whether it committed.
    async fn advance(&self, job: &Job, advance: &Advance) -> Result<bool, Problem> {
        let now = self.clock.now();
        let mut tx = self.outbox.begin().await?;
        let advanced = queries::advance(&mut tx, job, advance, now + STEP_TIMEOUT).await?;
        if advanced {
            tx.record(&ExportRequested { export_id: job.id, step: job.step + 1 }).await?;
            tx.commit().await?;
        }
        Ok(advanced)
    }

    /// Deletes all objects except the file, completes the export, and requests the mail about it.
    async fn finish(&self, job: &Job, whole: &Part) -> Result<Delivery, Problem> {
        let file = job.object(whole.attempt);
        for object in self.objects.list(&self.bucket, &job.prefix()).await? {
            if object.name != file {
                self.objects.delete(&self.bucket, &object.name, object.generation).await?;
            }
        }
        let mut tx = self.outbox.begin().await?;
        if queries::complete(&mut tx, job, whole, self.clock.now()).await? {
            tx.record(&EmailRequested::ExportReady { export_id: job.id }).await?;
            tx.commit().await?;
            tracing::info!(size_bytes = whole.size_bytes, "an export is ready");
        }
        Ok(Delivery::Done)
    }

    async fn fail(&self, job: &Job, failure: &Failure) -> Result<Delivery, Problem> {
        queries::fail(&self.db, job, failure, self.clock.now()).await?;
        Ok(Delivery::Done)
    }
}

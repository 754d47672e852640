//! One message, one step.

use std::convert::Infallible;

use axum::extract::State;
use shared::{
    cloud::{
        events::{EmailRequested, ExportRequested},
        push::{Delivery, Message, Push},
        storage::{ComposeError, MAX_COMPONENTS},
    },
    http::problem::{Problem, chain},
    items::{Failure, processing::REPLAYED},
};
use time::Duration;

use crate::{
    AppState, chunk,
    queries::{self, Advance, Claim, Job, Part},
};

/// Renewed while the work goes on, so that it ends soon after its holder is gone, and not before.
const LEASE: Duration = Duration::seconds(45);
/// How often it is renewed: two renewals may fail.
const RENEWAL: std::time::Duration = std::time::Duration::from_secs(15);
/// Tries of one step before the export is given up: more than Pub/Sub's deliveries of one event, so that an
/// outage leaves a dead letter first.
const MAX_TRIES: i32 = 12;
/// How long a step's message has until maintenance repeats it.
const PATIENCE: Duration = Duration::minutes(5);
/// By then Pub/Sub has given up on the event, and maintenance repeats it.
const FALLBACK: Duration = Duration::hours(1);

/// Handles an event of the topic `export-requested`.
pub(crate) async fn export_requested(State(app): State<AppState>, Push(message): Push) -> Delivery {
    message.handle(&app.db, &app.clock, process(&app, &message)).await
}

async fn process(app: &AppState, message: &Message) -> Result<Delivery, Problem> {
    let event: ExportRequested = message.event()?;
    let replayed = message.attributes.contains_key(REPLAYED);
    match queries::claim(&app.db, event, replayed, app.clock.now(), LEASE).await? {
        Claim::Mine(job) if job.tries > MAX_TRIES => app.fail(&job, &gave_up()).await,
        Claim::Mine(job) => {
            let delivery = tokio::select! {
                delivery = Box::pin(app.work(&job)) => delivery,
                never = app.keep_lease(&job) => match never {},
            };
            if let Err(problem) = delivery {
                // The lease is given back, so that the next delivery finds the export free.
                queries::release(&app.db, &job, app.clock.now() + FALLBACK).await?;
                return Ok(Delivery::Retry(problem));
            }
            delivery
        }
        // Whoever holds the lease finishes; if they die, maintenance repeats this event.
        Claim::Leased | Claim::Taken => Ok(Delivery::Done),
        Claim::Unknown => Ok(Delivery::Discard("the export is gone")),
    }
}

fn gave_up() -> Failure {
    let message = "It could not be made after several attempts. Ask for another one later.";
    Failure { code: "gave_up".to_owned(), message: message.to_owned() }
}

impl AppState {
    /// Renews the lease for as long as it is polled; a renewal that fails is made up for by the next.
    async fn keep_lease(&self, job: &Job) -> Infallible {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Err(error) = queries::renew(&self.db, job, self.clock.now() + LEASE).await {
                tracing::warn!(error = chain(&error), "the lease was not renewed");
            }
        }
    }

    async fn work(&self, job: &Job) -> Result<Delivery, Problem> {
        if let Some(position) = job.position {
            let chunk = chunk::write(self, job, position).await?;
            let total = match job.total {
                Some(_) => None,
                None => Some(queries::count_items(&self.db, job).await?),
            };
            let advance =
                Advance { position: chunk.next, items: chunk.items, total, made: chunk.part, of: Vec::new() };
            return self.advance(job, &advance).await;
        }
        let parts = queries::list_parts(&self.db, job.id, MAX_COMPONENTS).await?;
        match parts.of_lowest_level.as_slice() {
            [whole] if parts.all == 1 => self.finish(job, whole).await,
            components => self.compose(job, components).await,
        }
    }

    /// Makes one object of many, and then deletes those.
    async fn compose(&self, job: &Job, components: &[Part]) -> Result<Delivery, Problem> {
        let Some(first) = components.first() else {
            return Err(Problem::internal("an export without a part"));
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
                let message = "A part of the file is gone. Ask for another export.";
                let failure = Failure { code: "part_missing".to_owned(), message: message.to_owned() };
                return self.fail(job, &failure).await;
            }
        };
        let made = Part {
            level: first.level + 1,
            number: first.number,
            attempt: job.attempt,
            generation: written.generation,
            size_bytes: written.size_bytes,
        };
        let of = components.to_vec();
        let delivery =
            self.advance(job, &Advance { position: None, items: 0, total: None, made, of }).await?;
        for (object, generation) in sources {
            // What stays is swept at the end.
            if let Err(problem) = self.objects.delete(&self.bucket, &object, generation).await {
                tracing::warn!(object, cause = problem.cause(), "a part could not be deleted yet");
            }
        }
        Ok(delivery)
    }

    /// Commits a step with the message that asks for the next one, unless somebody else has.
    async fn advance(&self, job: &Job, advance: &Advance) -> Result<Delivery, Problem> {
        let now = self.clock.now();
        let mut tx = self.outbox.begin().await?;
        if queries::advance(&mut tx, job, advance, now + PATIENCE).await? {
            tx.record(&ExportRequested { export_id: job.id, step: job.step + 1 }).await?;
            tx.commit().await?;
        }
        Ok(Delivery::Done)
    }

    /// Leaves nothing but the file, and says that it is there.
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

//! A finalize event: claim the item, look at the bytes, read the text, commit the result.
//!
//! A delivery may come twice, late, out of order, or while another instance works on the item. The claim
//! sorts that out; the lease commits before the engine is called, and the result commits only if the
//! item has not moved on.

use axum::extract::State;
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry, Outcome},
    items::{self, Failure, ItemKind, ItemStatus, ObjectName, Transition},
    problem::{Problem, chain},
    push::{Delivery, Message, Push},
    storage::{Head, ReadError},
};
use time::Duration;
use tracing::Span;

use crate::{
    AppState,
    engine::{EngineError, RecognisedPage},
    queries::{self, Claim, Job},
    sniff,
};

/// Renewed while the work goes on, so that it ends soon after its holder is gone, and not before.
const LEASE: Duration = Duration::seconds(45);
/// How often it is renewed: two renewals may fail.
const RENEWAL: std::time::Duration = std::time::Duration::from_secs(15);
/// Claims of one upload before it is given up: more than Pub/Sub's deliveries of one event, so that an
/// outage leaves a dead letter and not a failed document.
const MAX_ATTEMPTS: i32 = 12;
/// By then Pub/Sub has given up on the event, and maintenance repeats it.
const FALLBACK: Duration = Duration::hours(1);
/// How long a document waits when the engine's quota is used up.
const DEFERRAL: Duration = Duration::minutes(1);

/// What Cloud Storage says of the object (<https://cloud.google.com/storage/docs/json_api/v1/objects>).
#[derive(Deserialize)]
struct ObjectResource {
    #[serde(rename = "md5Hash")]
    md5: Option<String>,
}

/// A finalize event, as far as it concerns us.
pub(crate) struct Finalized {
    pub(crate) object: ObjectName,
    pub(crate) generation: i64,
    pub(crate) md5: Option<String>,
}

/// Handles a finalize event of the uploads bucket.
pub(crate) async fn object_finalized(State(app): State<AppState>, Push(message): Push) -> Delivery {
    message.handle(async { process(&app, &message).await.unwrap_or_else(Delivery::Retry) }).await
}

async fn process(app: &AppState, message: &Message) -> Result<Delivery, Problem> {
    let Some(event) = finalized(message, &app.bucket) else {
        return Ok(Delivery::Discard("not the finalize event of a document"));
    };
    Span::current().record("item_id", event.object.item_id.to_string());
    Span::current().record("project_id", event.object.project_id.to_string());
    let now = app.clock.now();
    match queries::claim(&app.db, &event, now, LEASE, MAX_ATTEMPTS).await? {
        Claim::Mine(job) => {
            tokio::select! {
                delivery = work(app, &event, &job) => delivery,
                never = keep_lease(app, &job) => match never {},
            }
        }
        // Whoever holds the lease finishes; if they die, maintenance repeats this event.
        Claim::Leased | Claim::Finished => Ok(Delivery::Done),
        Claim::Unknown => Ok(Delivery::Discard("the item is gone, or has a later upload")),
        Claim::Exhausted(job) => {
            let failure = Failure {
                code: "gave_up".to_owned(),
                message: "The document could not be read after several attempts. Try again later.".to_owned(),
            };
            fail(app, &job, &failure).await
        }
    }
}

/// Renews the lease for as long as it is polled; a renewal that fails is made up for by the next.
async fn keep_lease(app: &AppState, job: &Job) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        if let Err(error) = queries::renew(&app.db, job, app.clock.now() + LEASE).await {
            tracing::warn!(error = chain(&error), "the lease was not renewed");
        }
    }
}

fn finalized(message: &Message, bucket: &str) -> Option<Finalized> {
    let attribute = |name: &str| message.attributes.get(name).map(String::as_str);
    (attribute("eventType") == Some("OBJECT_FINALIZE") && attribute("bucketId") == Some(bucket))
        .then_some(())?;
    let object: ObjectName = attribute("objectId")?.parse().ok()?;
    let generation = attribute("objectGeneration")?.parse().ok()?;
    let resource: Option<ObjectResource> = serde_json::from_slice(&message.data).ok();
    let md5 = resource.and_then(|resource| resource.md5);
    (object.kind == ItemKind::Document).then_some(Finalized { object, generation, md5 })
}

async fn work(app: &AppState, event: &Finalized, job: &Job) -> Result<Delivery, Problem> {
    let object = event.object.to_string();
    let head = match app.objects.head(&app.bucket, &object, event.generation, sniff::HEAD_BYTES).await {
        Ok(head) => head,
        Err(ReadError::Absent) => return fail(app, job, &missing()).await,
        Err(ReadError::Transient(problem)) => return retry(app, job, problem).await,
    };
    if let Some(failure) = mismatch(job, &head) {
        return fail(app, job, &failure).await;
    }
    match app.engine.read(&format!("gs://{}/{object}", app.bucket), &job.content_type).await {
        Ok(pages) => succeed(app, job, &pages).await,
        Err(EngineError::Permanent(failure)) => fail(app, job, &failure).await,
        Err(EngineError::Transient(problem)) => retry(app, job, problem).await,
        Err(EngineError::Deferred) => {
            queries::defer(&app.db, job, app.clock.now() + DEFERRAL).await?;
            Ok(Delivery::Done)
        }
    }
}

fn missing() -> Failure {
    Failure {
        code: "file_missing".to_owned(),
        message: "The uploaded file is gone. Upload it again.".to_owned(),
    }
}

/// What is wrong with the bytes, as far as their size and beginning tell.
fn mismatch(job: &Job, head: &Head) -> Option<Failure> {
    let failure = |code: &str, message: String| Some(Failure { code: code.to_owned(), message });
    if head.size_bytes != job.size_bytes {
        let message = format!(
            "The file has {} bytes, not the {} that were announced.",
            head.size_bytes, job.size_bytes
        );
        return failure("size_mismatch", message);
    }
    if !sniff::agrees(&job.content_type, &head.bytes) {
        let message =
            format!("The file is not {}, as was announced. Upload it with its own type.", job.content_type);
        return failure("content_type_mismatch", message);
    }
    None
}

async fn succeed(app: &AppState, job: &Job, pages: &[RecognisedPage]) -> Result<Delivery, Problem> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let to = if queries::has_reviewer(&mut tx, job).await? {
        ItemStatus::PendingReview
    } else {
        ItemStatus::Approved
    };
    let details = serde_json::json!({"attempt": job.attempt, "pages": pages.len()});
    let change = Transition {
        item_id: job.item_id,
        version: job.version,
        to,
        failure: None,
        actor: None,
        at: now,
        details,
    };
    if items::transition(&mut tx, &change).await?.is_none() {
        return Ok(Delivery::Done);
    }
    queries::store_pages(&mut tx, job, pages, now).await?;
    let entry = Entry::success(None, Action::DocumentProcessed, job.item_id.0).in_project(job.project_id);
    audit::record(&mut tx, entry, now).await?;
    tx.commit().await?;
    Ok(Delivery::Done)
}

async fn fail(app: &AppState, job: &Job, failure: &Failure) -> Result<Delivery, Problem> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let change = Transition {
        item_id: job.item_id,
        version: job.version,
        to: ItemStatus::Failed,
        failure: Some(failure),
        actor: None,
        at: now,
        details: serde_json::json!({"attempt": job.attempt, "code": failure.code}),
    };
    if items::transition(&mut tx, &change).await?.is_none() {
        return Ok(Delivery::Done);
    }
    queries::end_processing(&mut tx, job, now).await?;
    let entry = Entry::success(None, Action::DocumentFailed, job.item_id.0)
        .in_project(job.project_id)
        .with(serde_json::json!({"code": failure.code}));
    audit::record(&mut tx, Entry { outcome: Outcome::Failure, ..entry }, now).await?;
    tx.commit().await?;
    Ok(Delivery::Done)
}

/// Gives the lease back, so that Pub/Sub's next delivery can claim the item.
async fn retry(app: &AppState, job: &Job, problem: Problem) -> Result<Delivery, Problem> {
    queries::release(&app.db, job, app.clock.now() + FALLBACK).await?;
    Ok(Delivery::Retry(problem))
}

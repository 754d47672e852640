//! Measures the pipeline from an upload's finalize event to its stored text (`bench pipeline`).
//!
//! The engine answers at once, so that only the platform is measured. Storage, Pub/Sub and the engine run in this
//! process on the same cores, so the figures include them.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use local_pubsub::Faults;
use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId},
    cloud::names::Topic,
    items::{ObjectName, processing::finalize_message},
};
use sqlx::PgPool;
use tokio::{sync::mpsc, time::timeout};

use crate::{
    Result,
    cloud::{Cloud, UPLOADS_BUCKET},
    instance::Instance,
    relay::Answered,
    statistics::percentile_ms,
    tenants::{Tenants, User, database},
};

const PDF: &[u8] = b"%PDF-1.7 a letter";
/// The number of events that are delivered sequentially.
const SEQUENTIAL_EVENTS: usize = 300;
/// The number of events that are delivered concurrently.
const CONCURRENT_EVENTS: usize = 3000;
/// The number of concurrent requests that Cloud Run sends to one instance.
const CONCURRENCY: usize = 80;
/// The number of pages of the largest accepted document.
const PAGES: usize = 500;
const BLOCKS: usize = 12;
const PAGE_BYTES: usize = 2500;
/// The memory limit of an instance while the largest document arrives.
const RESIDENT_KIB: u64 = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(120);

/// Prints latency, throughput and memory. Fails when memory exceeds its limit.
pub(crate) async fn run() -> Result<()> {
    let (db, url) = database().await?;
    let cloud = Cloud::start(&url, Some(with_blocks)).await?;
    cloud.ai.instant(Some("Dear Mrs. Albright, the parcel has arrived."));
    let tenants = Tenants::new(&db, &cloud)?;
    let user = tenants.user("admin").await?;
    let world = Setup { project: tenants.project("Letters", &user).await?, cloud, tenants, user, db };

    // There are no subscriptions yet: the benchmark publishes the events of these uploads itself.
    let uploads = world.uploads(SEQUENTIAL_EVENTS + CONCURRENT_EVENTS).await?;
    world.cloud.subscribe(&["ocr"], &Faults::default()).await?;
    let (sequential, concurrent) = uploads.split_at(SEQUENTIAL_EVENTS);
    let ocr = Instance::start(&world.cloud, "ocr", 0).await?;
    world.latency(sequential).await?;
    world.throughput(&ocr, concurrent).await?;
    drop(ocr);
    world.memory().await
}

struct Setup {
    cloud: Cloud,
    tenants: Tenants,
    user: User,
    project: ProjectId,
    db: PgPool,
}

/// An object and its generation.
pub(crate) type Upload = (ObjectName, i64);

/// Creates drafts, and uploads their files.
pub(crate) async fn uploads(
    cloud: &Cloud,
    tenants: &Tenants,
    project: ProjectId,
    user: &User,
    count: usize,
) -> Result<Vec<Upload>> {
    let uploads = stream::iter(0..count).map(|_| async {
        let object = tenants.draft(project, user, PDF).await?;
        let generation = cloud.upload(&object, PDF).await?;
        Result::Ok((object, generation))
    });
    uploads.buffer_unordered(8).try_collect().await
}

/// Events that were pushed to one instance.
pub(crate) struct Pushed {
    /// The time from each push to its answer.
    pub(crate) samples: Vec<Duration>,
    /// The time from the first push to the last answer.
    pub(crate) elapsed: Duration,
    /// The CPU time of the instance.
    pub(crate) cpu: Duration,
}

/// Pushes the events of these uploads to an instance, as many at once as Cloud Run sends.
pub(crate) async fn push(cloud: &Cloud, ocr: &Instance, uploads: &[Upload]) -> Result<Pushed> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let (url, token) = (ocr.url("/events/object-finalized"), cloud.push_token());
    let before = ocr.process()?.cpu()?;
    let start = Instant::now();
    let samples = stream::iter(uploads.iter().enumerate())
        .map(|(number, (object, generation))| {
            let (attributes, data) = finalize_message(UPLOADS_BUCKET, object, *generation, None);
            let message = json!({"messageId": number.to_string(), "attributes": attributes,
                "data": STANDARD.encode(data.to_string())});
            let body =
                json!({"message": message, "subscription": "projects/bench/subscriptions/ocr-uploads"});
            let request = client.post(&url).bearer_auth(&token).json(&body);
            async move {
                let start = Instant::now();
                request.send().await?.error_for_status()?;
                Ok::<_, reqwest::Error>(start.elapsed())
            }
        })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    Ok(Pushed { samples, elapsed: start.elapsed(), cpu: ocr.process()?.cpu()?.saturating_sub(before) })
}

impl Setup {
    async fn uploads(&self, count: usize) -> Result<Vec<Upload>> {
        uploads(&self.cloud, &self.tenants, self.project, &self.user, count).await
    }

    /// Delivers one event after the other and measures from publication to acknowledgment, which follows the commit.
    async fn latency(&self, uploads: &[Upload]) -> Result<()> {
        let mut answers = self.cloud.relay.watch();
        let mut samples = Vec::new();
        for (number, (object, generation)) in uploads.iter().enumerate() {
            let (attributes, data) = finalize_message(UPLOADS_BUCKET, object, *generation, None);
            let start = Instant::now();
            self.cloud.pubsub.publish(Topic::Uploads.name(), attributes, data.to_string()).await?;
            let acknowledged = acknowledged(&mut answers, "ocr").await?;
            // The first events open connections.
            if number >= 20 {
                samples.push(acknowledged - start);
            }
        }
        self.all_processed(uploads).await?;
        println!(
            "{:<58} {:>8} {:>8}",
            "latency from event to committed text, one at a time", "p50 ms", "p95 ms"
        );
        println!("{:<58} {:>8.2} {:>8.2}", "", percentile_ms(&samples, 50), percentile_ms(&samples, 95));
        Ok(())
    }

    /// Pushes as many concurrent events as Cloud Run sends to one instance.
    async fn throughput(&self, ocr: &Instance, uploads: &[Upload]) -> Result<()> {
        let Pushed { samples, elapsed, cpu } = push(&self.cloud, ocr, uploads).await?;
        self.all_processed(uploads).await?;
        let events = u32::try_from(uploads.len())?;
        println!("{:<58} {:>8} {:>8}", "latency of a push, 80 at a time", "p50 ms", "p95 ms");
        println!("{:<58} {:>8.2} {:>8.2}", "", percentile_ms(&samples, 50), percentile_ms(&samples, 95));
        println!(
            "{:<58} {:>8.0}",
            "events per second, one instance",
            f64::from(events) / elapsed.as_secs_f64()
        );
        println!("{:<58} {:>8.2}", "CPU per event, ms", cpu.as_secs_f64() * 1000.0 / f64::from(events));
        Ok(())
    }

    /// Measures the memory of one instance while all parts of the largest document arrive at once.
    async fn memory(&self) -> Result<()> {
        let sentence = "The parcel has arrived, and with it the bill. ";
        let text: String = sentence.chars().cycle().take(PAGE_BYTES).collect();
        self.cloud.ai.instant(Some(&text));
        self.cloud.ai.set_instant_pages(PAGES);
        let mut most = 0;
        println!(
            "{:<58} {:>8} {:>8} {:>8}",
            "arrival of 500 pages, each with 2.5 kB in 12 blocks", "idle MiB", "most MiB", "seconds"
        );
        for documents in [1, 4] {
            let ocr = Instance::start(&self.cloud, "ocr", 0).await?;
            let idle = ocr.process()?.resident_kib()?;
            let start = Instant::now();
            let uploads = self.uploads(documents).await?;
            self.all_processed(&uploads).await?;
            let seconds = start.elapsed().as_secs_f64();
            let peak = ocr.process()?.peak_kib()?;
            let label = if documents == 1 { "one document" } else { "four documents" };
            println!("{label:<58} {:>8.1} {:>8.1} {seconds:>8.1}", mib(idle), mib(peak));
            most = most.max(if documents == 1 { peak } else { 0 });
            let stored = "select count(*), min(length(text)), min(jsonb_array_length(layout)) from item_parts where item_id = $1";
            let stored: (i64, i32, i32) =
                sqlx::query_as(stored).bind(uploads[0].0.item_id).fetch_one(&self.db).await?;
            if stored.0 != i64::try_from(PAGES)? || stored.2 != i32::try_from(BLOCKS)? {
                return Err(format!("unexpected stored parts: {stored:?}").into());
            }
        }
        if most < RESIDENT_KIB {
            Ok(())
        } else {
            Err(format!("{} MiB exceed the limit of {}", most / 1024, RESIDENT_KIB / 1024).into())
        }
    }

    /// Waits until all items are approved.
    async fn all_processed(&self, uploads: &[Upload]) -> Result<()> {
        let ids: Vec<ItemId> = uploads.iter().map(|(object, _)| object.item_id).collect();
        let start = Instant::now();
        loop {
            let processed = "select count(*) from items where id = any($1) and status = 'approved'";
            let processed: i64 = sqlx::query_scalar(processed).bind(&ids).fetch_one(&self.db).await?;
            if usize::try_from(processed)? == uploads.len() {
                return Ok(());
            }
            if start.elapsed() > TIMEOUT {
                return Err(format!("{processed} of {} were processed", uploads.len()).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn acknowledged(answers: &mut mpsc::UnboundedReceiver<Answered>, function: &str) -> Result<Instant> {
    let answer = timeout(TIMEOUT, answers.recv()).await?.ok_or("the relay is gone")?;
    if answer.function == function && answer.status.is_success() {
        Ok(answer.at)
    } else {
        Err(format!("{} answered {}", answer.function, answer.status).into())
    }
}

/// Cuts each page into blocks, as the engine does: the stand-in's instant text has no layout.
fn with_blocks(output: Vec<u8>) -> Vec<u8> {
    let Ok(mut document) = serde_json::from_slice::<Value>(&output) else { return output };
    for page in document["pages"].as_array_mut().into_iter().flatten() {
        let segment = &page["layout"]["textAnchor"]["textSegments"][0];
        let index = |name: &str| match &segment[name] {
            Value::String(number) => number.parse().unwrap_or_default(),
            number => number.as_u64().unwrap_or_default(),
        };
        let (from, to) = (index("startIndex"), index("endIndex"));
        let blocks = u64::try_from(BLOCKS).unwrap_or(1);
        let step = (to - from).div_ceil(blocks).max(1);
        let block = |number: u64| {
            let (start, end) = (from + number * step, (from + (number + 1) * step).min(to));
            let corner =
                |x: f64, y: u64| json!({"x": x, "y": f64::from(u32::try_from(y).unwrap_or(0)) / 20.0});
            let corners =
                [corner(0.1, number), corner(0.9, number), corner(0.9, number + 1), corner(0.1, number + 1)];
            json!({"layout": {
                "textAnchor": {"textSegments": [{"startIndex": start.to_string(), "endIndex": end.to_string()}]},
                "confidence": 0.97, "orientation": "PAGE_UP", "boundingPoly": {"normalizedVertices": corners},
            }})
        };
        page["blocks"] = (0..blocks).map(block).collect();
    }
    serde_json::to_vec(&document).unwrap_or(output)
}

fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

//! Many open event streams on one process: `bench streams [N]`, 1,000 by default.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;
use shared::{
    base::ids::{ItemId, ProjectId},
    identity::guard::ProjectRole,
    items::ItemKind,
};
use sqlx::PgPool;
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

use crate::{
    Result,
    cloud::Cloud,
    instance::Instance,
    statistics::percentile_ms,
    tenants::{Tenants, User, database},
};

const STREAMS: usize = 1000;
/// One stream in this many belongs to another project.
const OTHERS: usize = 10;
const TRANSITIONS: usize = 100;
/// The interval between transitions, which does not align with the function's polling.
const BETWEEN: Duration = Duration::from_millis(53);
/// The observation time without transitions: from one heartbeat to the next.
const SAMPLE_TIME: Duration = Duration::from_secs(15);
/// The time after which every backend has reported its earlier statistics.
const REPORTED: Duration = Duration::from_secs(12);
/// The time limit for the last transition to reach the streams.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The number of streams that are opened at once.
const OPENING_CONCURRENCY: usize = 20;

/// An event that a stream received.
struct Received {
    stream: usize,
    item: ItemId,
    at: Instant,
}

/// Opens the streams, measures them idle, then checks that each receives each transition once.
pub(crate) async fn run(streams: Option<String>) -> Result<()> {
    let wanted = streams.map_or(Ok(STREAMS), |streams| streams.parse())?;
    let (db, url) = database().await?;
    let cloud = Cloud::start(&url, None).await?;
    let tenants = Tenants::new(&db, &cloud)?;
    let admin = tenants.user("admin").await?;
    let projects = [tenants.project("Letters", &admin).await?, tenants.project("Others", &admin).await?];
    let events = Instance::start(&cloud, "events", 0).await?;
    let idle = events.process()?.resident_kib()?;
    let baseline = commits(&db).await?;

    let (sender, mut received) = mpsc::unbounded_channel();
    let open = open(&tenants, &events, projects, wanted, &sender).await?;
    drop(sender);
    println!("{open} open streams on one process");
    println!("{:<46} {:>10.1}", "resident before, MiB", mib(idle));
    let (cpu, start) = (events.process()?.cpu()?, Instant::now());
    let busy = commits(&db).await?;
    let (cpu, elapsed) = (events.process()?.cpu()?.saturating_sub(cpu), start.elapsed());
    let resident = events.process()?.resident_kib()?;
    println!("{:<46} {:>10.1}", "resident with open streams, MiB", mib(resident));
    println!(
        "{:<46} {:>10.1}",
        "KiB per stream",
        f64::from(u32::try_from(resident - idle)?) / f64::from(u32::try_from(open)?)
    );
    println!(
        "{:<46} {:>10.2}",
        "CPU without transitions, % of a core",
        cpu.as_secs_f64() / elapsed.as_secs_f64() * 100.0
    );
    println!("{:<46} {:>10.2}", "queries per second", busy - baseline);

    let committed = transitions(&tenants, &admin, projects[0]).await?;
    let mut count: HashMap<(usize, ItemId), usize> = HashMap::new();
    let mut samples = Vec::new();
    let listeners = (0..wanted).filter(|stream| !is_other(*stream)).count();
    let start = Instant::now();
    while start.elapsed() < TIMEOUT {
        // Duplicates and misdirected events arrive soon after.
        let Ok(Some(received)) = timeout(Duration::from_secs(4), received.recv()).await else { break };
        let Some(at) = committed.get(&received.item) else {
            return Err("a stream sent an unexpected event".into());
        };
        samples.push(received.at.saturating_duration_since(*at));
        *count.entry((received.stream, received.item)).or_default() += 1;
    }
    let twice = count.values().filter(|count| **count > 1).count();
    let astray = count.keys().filter(|(stream, _)| is_other(*stream)).count();
    println!("{:<46} {:>10}", "streams of the project", listeners);
    println!("{:<46} {:>10}", "transitions sent, all streams together", samples.len());
    println!("{:<46} {:>10}", "received more than once", twice);
    println!("{:<46} {:>10}", "sent to another project's streams", astray);
    println!("{:<46} {:>10.0}", "from commit to stream, p50 ms", percentile_ms(&samples, 50));
    println!("{:<46} {:>10.0}", "from commit to stream, p95 ms", percentile_ms(&samples, 95));
    if twice + astray > 0 || count.len() != listeners * TRANSITIONS {
        return Err("not every stream sent every transition once".into());
    }
    Ok(())
}

fn is_other(stream: usize) -> bool {
    stream % OTHERS == OTHERS - 1
}

/// Opens a stream for each of this many users. Returns the number of streams.
async fn open(
    tenants: &Tenants,
    events: &Instance,
    projects: [ProjectId; 2],
    wanted: usize,
    received: &mpsc::UnboundedSender<Received>,
) -> Result<usize> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let opened = stream::iter(0..wanted).map(|number| {
        let (client, received) = (client.clone(), received.clone());
        async move {
            let user = tenants.user(&format!("reader{number}")).await?;
            let project = projects[usize::from(is_other(number))];
            tenants.member(project, &user, ProjectRole::Contributor).await?;
            let url = events.url(&format!("/events?project_id={project}"));
            let answer = client.get(url).bearer_auth(tenants.token(&user)?).send().await?;
            let mut answer = answer.error_for_status()?;
            // The first chunk: from here on the stream misses nothing.
            answer.chunk().await?;
            tokio::spawn(listen(number, answer, received));
            Result::Ok(())
        }
    });
    let opened: Vec<()> = opened.buffer_unordered(OPENING_CONCURRENCY).try_collect().await?;
    Ok(opened.len())
}

async fn listen(stream: usize, mut answer: reqwest::Response, received: mpsc::UnboundedSender<Received>) {
    let mut text = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        let at = Instant::now();
        text.extend_from_slice(&chunk);
        while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            let item = item(&String::from_utf8_lossy(&event));
            if let Some(item) = item
                && received.send(Received { stream, item, at }).is_err()
            {
                return;
            }
        }
    }
}

/// The item of an event, if the event is a transition.
fn item(event: &str) -> Option<ItemId> {
    let data = event.lines().find_map(|line| line.strip_prefix("data: "))?;
    serde_json::from_str::<Value>(data).ok()?["item_id"].as_str()?.parse().ok()
}

/// Commits transitions of a project one by one. Returns the time of each commit.
async fn transitions(tenants: &Tenants, user: &User, project: ProjectId) -> Result<HashMap<ItemId, Instant>> {
    let mut committed = HashMap::new();
    for _ in 0..TRANSITIONS {
        let item = ItemId::new();
        let mut db = tenants.db.acquire().await?;
        tenants.record_creation(&mut db, ItemKind::Document, item, project, user).await?;
        committed.insert(item, Instant::now());
        drop(db);
        sleep(BETWEEN).await;
    }
    Ok(committed)
}

/// Transactions per second on the database in the idle state, without those of this measurement.
async fn commits(db: &PgPool) -> Result<f64> {
    let count = "select xact_commit from pg_stat_database where datname = current_database()";
    sleep(REPORTED).await;
    let before: i64 = sqlx::query_scalar(count).fetch_one(db).await?;
    sleep(SAMPLE_TIME).await;
    let after: i64 = sqlx::query_scalar(count).fetch_one(db).await?;
    Ok(f64::from(i32::try_from(after - before)?) / SAMPLE_TIME.as_secs_f64())
}

fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

//! Summaries and the review queue of ten thousand items, a million and ten million: `bench analytics [ITEMS...]`.
//!
//! A database for each size, with a project that holds nine tenths of the items and a hundred small projects, all
//! within the last year. The functions answer over HTTP for each in turn, so that the ratios of a run are fair. For
//! comparison, the output includes the cost of counting the items themselves.

pub(crate) mod seed;

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::PgPool;

use self::seed::seed;
use crate::{
    Result,
    cloud::Cloud,
    growth::database,
    instance::Instance,
    statistics::percentile_ms,
    tenants::{Tenants, User},
};

const SIZES: [i64; 3] = [10_000, 1_000_000, 10_000_000];
/// The number of requests of each kind to each side.
const REQUESTS: usize = 100;
/// The number of warm-up requests: Postgres plans each of the first five executions, then caches a generic plan.
const WARM: usize = 8;
/// The largest accepted ratio of the medians.
const TOLERANCE: f64 = 1.5;
/// The number of times that all items are counted.
const COUNTS: usize = 3;

/// Seeds all databases, queries all, and fails when a query is much slower on the largest than on the smallest.
pub(crate) async fn run(sizes: impl Iterator<Item = String>) -> Result<()> {
    let mut sizes = sizes.map(|size| size.parse()).collect::<std::result::Result<Vec<i64>, _>>()?;
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let mut sides = Vec::new();
    for size in &sizes {
        sides.push(Side::start(*size).await?);
    }
    let header: Vec<String> = sizes.iter().map(|size| format!("{size:>10}")).collect();
    println!("{:<42} {}  ratio (p50 in ms)", "question", header.join(" "));
    let mut slow = Vec::new();
    for question in questions() {
        let mut samples: Vec<Vec<Duration>> = vec![Vec::new(); sides.len()];
        for round in 0..WARM + REQUESTS {
            for (side, samples) in sides.iter().zip(&mut samples) {
                let elapsed = side.query(&question, round).await?;
                if round >= WARM {
                    samples.push(elapsed);
                }
            }
        }
        let ratio = print(question.name, &samples);
        if ratio > TOLERANCE {
            slow.push(format!("{} ({ratio:.2})", question.name));
        }
    }
    let mut samples: Vec<Vec<Duration>> = vec![Vec::new(); sides.len()];
    for _ in 0..COUNTS {
        for (side, samples) in sides.iter().zip(&mut samples) {
            samples.push(side.count().await?);
        }
    }
    print("for comparison: GROUP BY over the items", &samples);
    if slow.is_empty() { Ok(()) } else { Err(format!("these grow: {}", slow.join(", ")).into()) }
}

/// Prints the medians. Returns the ratio of the last to the first.
fn print(name: &str, samples: &[Vec<Duration>]) -> f64 {
    let medians: Vec<f64> = samples.iter().map(|samples| percentile_ms(samples, 50)).collect();
    let ratio = medians.last().zip(medians.first()).map_or(f64::NAN, |(last, first)| last / first);
    let shown: Vec<String> = medians.iter().map(|median| format!("{median:>10.2}")).collect();
    println!("{name:<42} {} {ratio:>6.2}", shown.join(" "));
    ratio
}

/// A request to measure.
struct Question {
    name: &'static str,
    function: Function,
    path: &'static str,
}

#[derive(PartialEq, Eq)]
enum Function {
    /// As a super admin, over all projects.
    Platform,
    /// As an admin, over the large project.
    Project,
    Queue,
    Next,
}

fn questions() -> Vec<Question> {
    let query = |name, function, path| Question { name, function, path };
    vec![
        query("summary of a project, 30 days", Function::Project, "timeframe=30d"),
        query("summary of a project, 365 days", Function::Project, "timeframe=365d"),
        query("summary of a project, all", Function::Project, "timeframe=all"),
        query("summary of everything, 30 days", Function::Platform, "timeframe=30d"),
        query("summary of everything, 365 days", Function::Platform, "timeframe=365d"),
        query("summary of everything, all", Function::Platform, "timeframe=all"),
        query("queue, oldest first", Function::Queue, ""),
        query("queue, lowest confidence first", Function::Queue, "&order=confidence"),
        query("queue of documents", Function::Queue, "&kind=document"),
        query("next", Function::Next, ""),
        query("next, lowest confidence", Function::Next, "&order=confidence"),
    ]
}

/// A database, the functions that serve it, and the callers.
struct Side {
    db: PgPool,
    analytics: Instance,
    review: Instance,
    client: reqwest::Client,
    tenants: Tenants,
    root: User,
    admin: User,
    project: String,
    /// Time zones with whole-hour offsets, one for each round.
    zones: Vec<String>,
    _cloud: Cloud,
}

impl Side {
    async fn start(items: i64) -> Result<Self> {
        let url = database(&format!("analytics_{items}")).await?;
        let db = PgPool::connect(&url).await?;
        migrations::migrate(&db).await?;
        let cloud = Cloud::start(&url, None).await?;
        let tenants = Tenants::new(&db, &cloud)?;
        let admin = tenants.user("admin").await?;
        let root = tenants.super_admin("root").await?;
        let project = tenants.project("Large", &admin).await?;
        let start = Instant::now();
        let maintenance = Instance::start(&cloud, "maintenance", 0).await?;
        let left = seed(&db, items, project, root.id).await?;
        fold(&cloud, &maintenance, &db).await?;
        let zones = "select name from pg_timezone_names
                     where name ~ '^(Africa|America|Europe)/' and extract(epoch from utc_offset)::int % 3600 = 0
                     order by name limit $1";
        let rounds = i64::try_from(WARM + REQUESTS)?;
        let zones = sqlx::query_scalar(zones).bind(rounds).fetch_all(&db).await?;
        let size = "select pg_size_pretty(pg_database_size(current_database()))";
        let size: String = sqlx::query_scalar(size).fetch_one(&db).await?;
        println!(
            "seeded {items} items in {:.0?}, {left} transitions folded by maintenance: {size}",
            start.elapsed()
        );
        Ok(Self {
            analytics: Instance::start(&cloud, "analytics", 0).await?,
            review: Instance::start(&cloud, "review", 0).await?,
            client: reqwest::Client::builder().no_proxy().build()?,
            tenants,
            root,
            admin,
            project: project.to_string(),
            zones,
            db,
            _cloud: cloud,
        })
    }

    /// Measures one answer. Each round uses another time zone, since summaries are cached for a while.
    async fn query(&self, question: &Question, round: usize) -> Result<Duration> {
        let zone = self.zones.get(round).ok_or("too few time zones")?;
        let (project, rest) = (&self.project, question.path);
        let (method, url, user) = match question.function {
            Function::Platform => (
                Method::GET,
                self.analytics.url(&format!("/analytics/summary?{rest}&timezone={zone}")),
                &self.root,
            ),
            Function::Project => {
                let path = format!("/analytics/summary?project_id={project}&{rest}&timezone={zone}");
                (Method::GET, self.analytics.url(&path), &self.admin)
            }
            Function::Queue => {
                (Method::GET, self.review.url(&format!("/review?project_id={project}{rest}")), &self.admin)
            }
            Function::Next => (
                Method::POST,
                self.review.url(&format!("/review/next?project_id={project}{rest}")),
                &self.admin,
            ),
        };
        // Seeding the other sides may have taken longer than a token is valid.
        let token = &self.tenants.token(user)?;
        let start = Instant::now();
        let answer = self.client.request(method, &url).bearer_auth(token).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        let elapsed = start.elapsed();
        if status != StatusCode::OK {
            return Err(format!("{url}: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        if question.function == Function::Next {
            let item: Value = serde_json::from_slice(&body)?;
            let id = item["id"].as_str().ok_or("no item")?;
            let claim = self.review.url(&format!("/review/{id}/claim"));
            self.client.delete(claim).bearer_auth(token).send().await?.error_for_status()?;
        }
        Ok(elapsed)
    }

    /// Measures counting the items themselves.
    async fn count(&self) -> Result<Duration> {
        let start = Instant::now();
        sqlx::query(
            "select kind, status, count(*) from items where deleted_at is null group by kind, status",
        )
        .fetch_all(&self.db)
        .await?;
        Ok(start.elapsed())
    }
}

/// Calls `maintenance` until all transitions are folded.
async fn fold(cloud: &Cloud, maintenance: &Instance, db: &PgPool) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let left = "select count(*) from statistics_cursor, item_transitions
                where (item_transitions.xid, item_transitions.id) > (statistics_cursor.xid, statistics_cursor.id)";
    while sqlx::query_scalar::<_, i64>(left).fetch_one(db).await? > 0 {
        let task = maintenance.url("/tasks/fold-statistics");
        client.post(task).bearer_auth(cloud.push_token()).send().await?.error_for_status()?;
    }
    Ok(())
}

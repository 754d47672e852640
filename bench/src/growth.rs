//! Lists and searches over a million items compared with ten thousand: `bench growth [ITEMS]`.
//!
//! Two databases of one server, each with a project that holds nine tenths of the items and a hundred small projects.
//! `data` answers over HTTP for both in turn, so that the ratios of a run are fair. Where the smaller database has less
//! than a page of results, the limit is lower, so that both return the same number.

pub(crate) mod seed;

use std::{
    str::FromStr as _,
    time::{Duration, Instant},
};

use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgPool, postgres::PgConnectOptions};

use self::seed::{PHRASE, RARE, UNSPACED, seed};
use crate::{
    Result,
    cloud::Cloud,
    instance::Instance,
    statistics::percentile_ms,
    tenants::{Tenants, User},
};

const SMALL: i64 = 10_000;
const LARGE: i64 = 1_000_000;
/// The number of requests of each kind to each side.
const REQUESTS: usize = 100;
const WARM: usize = 5;
/// The largest accepted ratio of the p95 latencies.
const TOLERANCE: f64 = 2.0;
/// The largest difference, in milliseconds, that counts as noise of the machine.
const NOISE_MS: f64 = 1.0;
/// The number of the page that tests deep pagination.
const DEEP_PAGE: usize = 100;

/// Seeds both databases, queries both, and fails when a query is much slower on the large one.
pub(crate) async fn run(items: Option<String>) -> Result<()> {
    let many = items.map_or(Ok(LARGE), |items| items.parse())?;
    let few = Side::start("few", SMALL).await?;
    let many = Side::start("many", many).await?;
    let sides = [&few, &many];
    let deep = [few.deep_cursor().await?, many.deep_cursor().await?];
    println!(
        "{:<34} {:>6} {:>6} {:>9} {:>9} {:>9} {:>9} {:>6}",
        "question", "hits", "hits", "p50 ms", "p95 ms", "p50 ms", "p95 ms", "ratio"
    );
    let mut slow = Vec::new();
    for (name, small, query) in questions() {
        let mut samples: [Vec<Duration>; 2] = Default::default();
        let mut hits = [0; 2];
        for round in 0..WARM + REQUESTS {
            for (which, side) in sides.iter().enumerate() {
                let query = query.replace("DEEP", &deep[which]);
                let (found, elapsed) = side.measure(small, &query).await?;
                hits[which] = found["items"].as_array().map_or(0, Vec::len);
                if round >= WARM {
                    samples[which].push(elapsed);
                }
            }
        }
        let p50 = samples.each_ref().map(|samples| percentile_ms(samples, 50));
        let p95 = samples.each_ref().map(|samples| percentile_ms(samples, 95));
        let ratio = p95[1] / p95[0];
        println!(
            "{name:<34} {:>6} {:>6} {:>9.2} {:>9.2} {:>9.2} {:>9.2} {ratio:>6.2}",
            hits[0], hits[1], p50[0], p95[0], p50[1], p95[1]
        );
        if ratio > TOLERANCE && p95[1] - p95[0] > NOISE_MS {
            slow.push(format!("{name} ({ratio:.1})"));
        }
    }
    if slow.is_empty() { Ok(()) } else { Err(format!("these grow: {}", slow.join(", ")).into()) }
}

/// The queries: a name, whether it reads a small project, and the rest of the query string.
fn questions() -> Vec<(&'static str, bool, String)> {
    let measure = |name, rest: &str| (name, false, rest.to_owned());
    let [chinese, thai] = UNSPACED;
    vec![
        measure("list", ""),
        measure("list, page 100", "&cursor=DEEP"),
        ("list of a small project", true, "&limit=10".to_owned()),
        measure("by status", "&status=pending_review"),
        measure("by a rare status", "&status=failed"),
        measure("own", "&uploaded_by=me"),
        measure("own, by status", "&uploaded_by=me&status=rejected&limit=5"),
        measure("by domain", "&domain=domain5"),
        measure("by domain and status", "&domain=domain5&status=rejected&limit=10"),
        measure("search: a rare word", &format!("&q={RARE}")),
        measure("search: a missing word", "&q=nowhere"),
        measure("search: a frequent word", "&q=%22word2%22"),
        measure("search: a frequent beginning", "&q=wo"),
        measure("search: a rare beginning", "&q=margin"),
        measure("search: a number", "&q=4711&limit=1"),
        measure("search: an identifier", "&q=word2-annual"),
        measure("search: of two frequent words", "&q=word2-word5"),
        measure("search: of frequent words, absent", "&q=report-word1-annual"),
        measure("search: an incomplete last word", "&q=word2%20rep"),
        measure("search: an incomplete identifier", "&q=annual-rep"),
        measure("search: letters, Chinese", &format!("&q={chinese}")),
        measure("search: letters, Thai", &format!("&q={thai}")),
        measure("search: an excluded word", "&q=word1%20-word2"),
        measure("search: two words", "&q=word2%20word5"),
        measure("search: a phrase", &format!("&q=%22{}%22", PHRASE.replace(' ', "%20"))),
        measure("search: frequent, by status", "&q=word2&status=rejected"),
        measure("search: frequent, by domain", "&q=word2&domain=domain5"),
        measure("search: frequent, own", "&q=word2&uploaded_by=me"),
        measure("search: an identifier, by status", "&q=word2-word5&status=approved&limit=10"),
        measure("search: rare, by status", &format!("&q={RARE}&status=approved&limit=20")),
        ("search: frequent, small project", true, "&q=word2&limit=5".to_owned()),
    ]
}

/// A database, the `data` function that serves it, and a member of its projects.
struct Side {
    data: Instance,
    client: reqwest::Client,
    tenants: Tenants,
    reader: User,
    projects: [String; 2],
    _cloud: Cloud,
}

impl Side {
    async fn start(name: &str, items: i64) -> Result<Self> {
        let url = database(&format!("growth_{name}")).await?;
        let db = PgPool::connect(&url).await?;
        migrations::migrate(&db).await?;
        let cloud = Cloud::start(&url, None).await?;
        let tenants = Tenants::new(&db, &cloud)?;
        let reader = tenants.user("reader").await?;
        let large = tenants.project("Large", &reader).await?;
        let small = tenants.project("Small", &reader).await?;
        let start = Instant::now();
        seed(&db, items, &reader, large, small).await?;
        let size = "select pg_size_pretty(pg_database_size(current_database()))";
        let size: String = sqlx::query_scalar(size).fetch_one(&db).await?;
        println!("seeded {items} items in {:.0?}: {size}", start.elapsed());
        let data = Instance::start(&cloud, "data", 0).await?;
        let client = reqwest::Client::builder().no_proxy().build()?;
        let projects = [large, small].map(|id| id.to_string());
        Ok(Self { data, client, tenants, reader, projects, _cloud: cloud })
    }

    async fn measure(&self, small: bool, query: &str) -> Result<(Value, Duration)> {
        let project = &self.projects[usize::from(small)];
        let url = self.data.url(&format!("/documents?project_id={project}{query}"));
        // Seeding the other side may have taken longer than a token is valid.
        let token = self.tenants.token(&self.reader)?;
        let start = Instant::now();
        let answer = self.client.get(url).bearer_auth(token).send().await?;
        let (status, body) = (answer.status(), answer.bytes().await?);
        let elapsed = start.elapsed();
        if !status.is_success() {
            return Err(format!("{query}: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        Ok((serde_json::from_slice(&body)?, elapsed))
    }

    /// The cursor of a deep page of the list.
    async fn deep_cursor(&self) -> Result<String> {
        let mut cursor = String::new();
        for _ in 1..DEEP_PAGE {
            let query = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
            let (page, _) = self.measure(false, &query).await?;
            cursor = page["next_cursor"].as_str().ok_or("the list is short")?.to_owned();
        }
        Ok(cursor)
    }
}

/// Creates a database with this name on the server at `DATABASE_URL`.
pub(crate) async fn database(name: &str) -> Result<String> {
    let url = std::env::var("DATABASE_URL").map_err(|_| "bench needs `local with-postgres`")?;
    let server = PgPool::connect(&url).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("drop database if exists {name}"))).execute(&server).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&server).await?;
    Ok(PgConnectOptions::from_str(&url)?.database(name).to_url_lossy().to_string())
}

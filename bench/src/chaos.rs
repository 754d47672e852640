//! Uploads while everything fails: `bench chaos [UPLOADS]`, 2,000 by default.
//!
//! Processes are killed, the database crashes, every event is delivered up to five times and in any order, and every
//! fifth engine call fails. At the end, each upload must have been processed exactly once, with nothing left over.
//!
//! The functions wait minutes between attempts. To finish in less than an hour, the benchmark makes waiting items due
//! every few seconds and calls `maintenance` every second. Nothing else is shortened.

mod checks;
mod fault_injector;
mod uploads;

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use local_pubsub::Faults;
use serde_json::Value;
use shared::identity::guard::ProjectRole;
use sqlx::postgres::PgPoolOptions;

use self::{
    fault_injector::FaultInjector,
    uploads::{Project, Uploads},
};
use crate::{Result, cloud::Cloud, instance::Instance, postgres::Postgres, schedule, tenants::Tenants};

const UPLOADS: usize = 2000;
const PROJECTS: usize = 4;
/// The text that the engine returns for every page.
const TEXT: &str = "Dear Mrs. Albright, the parcel has arrived.";
/// The percentage of engine calls that fail.
const FAILING_PERCENT: u8 = 20;
/// The range of deliveries of each event.
const DELIVERIES: std::ops::RangeInclusive<u32> = 1..=5;
/// The longest time that killing continues after all bytes have arrived.
const INJECTION_TIME_LIMIT: Duration = Duration::from_secs(60);
/// The time limit for everything to finish, including redeliveries with long pauses.
const TIME_LIMIT: Duration = Duration::from_secs(25 * 60);

/// Starts everything, injects faults, waits until nothing is in progress, and counts.
pub(crate) async fn run(uploads: Option<String>) -> Result<()> {
    let wanted = uploads.map_or(Ok(UPLOADS), |uploads| uploads.parse())?;
    let server = Postgres::start().await?;
    let url = server.url();
    let db = PgPoolOptions::new().max_connections(8).connect(&url).await?;
    migrations::migrate(&db).await?;
    let cloud = Arc::new(Cloud::start(&url, None).await?);
    cloud.ai.instant(Some(TEXT));
    cloud.ai.fail_rate(FAILING_PERCENT);
    let tenants = Tenants::new(&db, &cloud)?;
    let projects = projects(&tenants).await?;

    let mut instances = Vec::new();
    let processes = [("ocr", 0), ("ocr", 1), ("email", 0), ("maintenance", 0), ("data", 0), ("projects", 0)];
    for (function, number) in processes {
        instances.push(Instance::start(&cloud, function, number).await?);
    }
    cloud
        .subscribe(&["ocr", "email", "maintenance"], &Faults { duplicate: DELIVERIES, shuffle: true })
        .await?;
    let _schedule = schedule::start(&cloud);

    let start = Instant::now();
    let uploads = Uploads::new(Arc::clone(&cloud), tenants, projects, wanted);
    let injector =
        FaultInjector::start(Arc::clone(&cloud), instances, server, uploads.arrived(), wanted, &db);
    uploads.run().await?;
    println!("{wanted} uploads arrived in {:.0?}", start.elapsed());
    let arrived = Instant::now();
    while arrived.elapsed() < INJECTION_TIME_LIMIT && !checks::are_final(&db, wanted).await {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let faults = injector.end().await?;
    at_rest(&cloud, &db, &uploads).await?;
    let letters = replay(&cloud, &db, &uploads).await?;
    let seconds = start.elapsed().as_secs();

    println!("finished after {seconds} s. Kills:");
    for (function, kills) in &faults.kills {
        println!("  {function:<14} {kills:>7}");
    }
    println!("  {:<14} {:>7}", "the database", faults.crashes);
    println!("{:<16} {:>10} {:>18}", "pushes to", "deliveries", "not acknowledged");
    for function in ["ocr", "email", "maintenance"] {
        let (pushes, refused) = cloud.relay.pushes(function);
        println!("  {function:<14} {pushes:>10} {refused:>18}");
    }
    println!("engine: {} calls, {} failed", cloud.calls.online(), cloud.calls.failed());
    println!("client requests that had to be repeated: {}", uploads.repeated());
    println!("dead letters replayed: {letters}");
    checks::all(&cloud, &db, wanted, uploads.invited.load(Ordering::Relaxed)).await
}

/// Creates the projects. Half of them have a reviewer.
async fn projects(tenants: &Tenants) -> Result<Vec<Project>> {
    let admin = tenants.user("admin").await?;
    let reviewer = tenants.user("reviewer").await?;
    let mut projects = Vec::new();
    for number in 0..PROJECTS {
        let id = tenants.project(&format!("Letters {number}"), &admin).await?;
        if number % 2 == 1 {
            tenants.member(id, &reviewer, ProjectRole::Reviewer).await?;
        }
        projects.push(Project { id, admin: admin.clone() });
    }
    Ok(projects)
}

/// Waits until no item, event or mail is in progress.
async fn at_rest(cloud: &Cloud, db: &sqlx::PgPool, uploads: &Uploads) -> Result<()> {
    let start = Instant::now();
    let mut reported = start;
    loop {
        let left = checks::left(db, uploads.invited.load(Ordering::Relaxed)).await?;
        let outstanding = cloud.outstanding();
        if left == 0 && outstanding == 0 {
            return Ok(());
        }
        if start.elapsed() > TIME_LIMIT {
            return Err(
                format!("not finished in time: {left} rows and {outstanding} messages are left").into()
            );
        }
        if reported.elapsed() > Duration::from_secs(30) {
            eprintln!("bench: {left} rows and {outstanding} messages left");
            reported = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Replays each dead letter once, as a super admin. Returns their number. Fails when a dead letter is left.
async fn replay(cloud: &Cloud, db: &sqlx::PgPool, uploads: &Uploads) -> Result<usize> {
    let letters: Vec<uuid::Uuid> = sqlx::query_scalar("select id from dead_letters").fetch_all(db).await?;
    if letters.is_empty() {
        return Ok(0);
    }
    let _admin = Instance::start(cloud, "admin", 0).await?;
    let root = uploads.tenants.super_admin("root").await?;
    for letter in &letters {
        let path = format!("/admin/dead-letters/{letter}/replay");
        let key = letter.to_string();
        uploads.post("admin", &path, &root, &key, &Value::Null).await?;
    }
    at_rest(cloud, db, uploads).await?;
    let left: i64 = sqlx::query_scalar("select count(*) from dead_letters").fetch_one(db).await?;
    if left > 0 { Err(format!("{left} dead letters came back").into()) } else { Ok(letters.len()) }
}

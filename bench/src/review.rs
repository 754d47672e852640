//! Fifty reviewers work through a queue at once: `bench review`.
//!
//! Two instances of `review` hand out two thousand items through `POST /review/next` and accept the decisions. No
//! reviewer may get an item that another one holds, every item is decided once, and no request fails.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use shared::{base::ids::ProjectId, identity::guard::ProjectRole};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    Result,
    cloud::Cloud,
    instance::Instance,
    statistics::{median_ms, percentile_ms},
    tenants::{self, Tenants, User},
};

const ITEMS: i64 = 2_000;
const REVIEWERS: usize = 50;
const INSTANCES: usize = 2;

/// The claims and decisions as the reviewers see them.
#[derive(Default)]
struct Observed {
    held: HashMap<String, usize>,
    decided: HashSet<String>,
    handed: Vec<Duration>,
    durations: Vec<Duration>,
}

/// Runs the reviewers, and prints the results.
pub(crate) async fn run() -> Result<()> {
    let (db, url) = tenants::database().await?;
    let cloud = Cloud::start(&url, None).await?;
    let tenants = Tenants::new(&db, &cloud)?;
    let admin = tenants.user("review-admin").await?;
    let project = tenants.project("Review", &admin).await?;
    let uploader = tenants.user("review-uploader").await?;
    tenants.member(project, &uploader, ProjectRole::Contributor).await?;
    items(&db, project, &uploader).await?;
    let mut instances = Vec::new();
    for number in 0..INSTANCES {
        instances.push(Instance::start(&cloud, "review", number).await?);
    }
    let client = Client::builder().no_proxy().build()?;
    let observed = Arc::new(Mutex::new(Observed::default()));
    let mut reviewers = JoinSet::new();
    let mut tokens = Vec::new();
    for number in 0..REVIEWERS {
        let user = tenants.user(&format!("reviewer{number}")).await?;
        tenants.member(project, &user, ProjectRole::Reviewer).await?;
        tokens.push(tenants.token(&user)?);
    }
    let start = Instant::now();
    for (number, token) in tokens.into_iter().enumerate() {
        let (client, observed) = (client.clone(), Arc::clone(&observed));
        let base = instances[number % INSTANCES].url("");
        reviewers.spawn(async move { review(number, &client, &base, &token, project, &observed).await });
    }
    while let Some(reviewer) = reviewers.join_next().await {
        reviewer??;
    }
    let elapsed = start.elapsed();
    let observed = std::mem::take(&mut *observed.lock().unwrap_or_else(PoisonError::into_inner));
    println!(
        "{REVIEWERS} reviewers decided on {} items in {elapsed:.1?}: {:.0} a second",
        observed.decided.len(),
        f64::from(u32::try_from(observed.decided.len())?) / elapsed.as_secs_f64()
    );
    for (label, samples) in [("handed", &observed.handed), ("decided", &observed.durations)] {
        println!("{label}: p50 {:.1} ms, p95 {:.1} ms", median_ms(samples), percentile_ms(samples, 95));
    }
    check(&db, &observed).await
}

/// Runs one reviewer until the queue is empty.
async fn review(
    number: usize,
    client: &Client,
    base: &str,
    token: &str,
    project: ProjectId,
    observed: &Mutex<Observed>,
) -> Result<()> {
    let observed = || observed.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let start = Instant::now();
        let next = format!("{base}/review/next?project_id={project}");
        let answer = client.post(next).bearer_auth(token).send().await?;
        if answer.status() == StatusCode::NO_CONTENT {
            return Ok(());
        }
        let item: Value = answer.error_for_status()?.json().await?;
        let id = item["id"].as_str().ok_or("no item")?.to_owned();
        {
            let mut observed = observed();
            observed.handed.push(start.elapsed());
            if let Some(holder) = observed.held.insert(id.clone(), number) {
                return Err(format!("{id} was handed to {number} while {holder} claimed it").into());
            }
            if observed.decided.contains(&id) {
                return Err(format!("{id} was handed out again").into());
            }
        }
        let decision = match number % 3 {
            0 => json!({"status": "rejected", "feedback": "It cannot be read."}),
            1 => json!({"status": "approved", "corrected_text": "As it should be."}),
            _ => json!({"status": "approved"}),
        };
        let start = Instant::now();
        // Remove it before the request, because the decision releases the claim before its answer arrives.
        observed().held.remove(&id);
        observed().decided.insert(id.clone());
        let decided = client.patch(format!("{base}/review/{id}")).bearer_auth(token).json(&decision).send();
        let decided: Value = decided.await?.error_for_status()?.json().await?;
        if decided["status"] != decision["status"] {
            return Err(format!("{id} is {}", decided["status"]).into());
        }
        observed().durations.push(start.elapsed());
    }
}

/// Checks the invariants at the end.
async fn check(db: &PgPool, observed: &Observed) -> Result<()> {
    let mut invalid = Vec::new();
    for (label, statement, expected) in [
        ("items decided on", "select count(*) from items where status in ('approved', 'rejected')", ITEMS),
        ("decisions", "select count(*) from item_transitions where from_status = 'pending_review'", ITEMS),
        (
            "items with other than one decision",
            "select count(*) from (
                 select from item_transitions where from_status = 'pending_review'
                 group by item_id having count(*) <> 1
             ) as items",
            0,
        ),
        (
            "audit rows of decisions",
            "select count(*) from audit_logs where action in ('document.approved', 'document.rejected')",
            ITEMS,
        ),
        ("claims left over", "select count(*) from items where claimed_by_id is not null", 0),
        (
            "items whose reviewer is not the actor of the transition",
            "select count(*) from items
             join item_transitions on item_transitions.item_id = items.id and from_status = 'pending_review'
             where reviewed_by_id is distinct from actor_user_id or status <> to_status",
            0,
        ),
    ] {
        let found: i64 = sqlx::query_scalar(statement).fetch_one(db).await?;
        println!("{found:>7}  {label}");
        if found != expected {
            invalid.push(format!("{found} {label} instead of {expected}"));
        }
    }
    if i64::try_from(observed.decided.len())? != ITEMS {
        invalid.push(format!("{} items were handed out", observed.decided.len()));
    }
    if invalid.is_empty() { Ok(()) } else { Err(invalid.join("; ").into()) }
}

/// Creates one-page documents that are pending review.
async fn items(db: &PgPool, project: ProjectId, uploader: &User) -> Result<()> {
    sqlx::query(
        "with numbered as materialized (
             select (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5('review' || n), 1, 3)
                        || '8' || substr(md5('review' || n), 4, 15))::uuid as id
             from generate_series(1, $3) as n
         ), made as (
             insert into items
                 (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, status, generation,
                  attempt, text_attempt, confidence, created_at, processed_at, version)
             select id, $1, $2, 'document', 'letter', 'application/pdf', 5, 'pending_review', 1, 1, 1, 0.9, now(), now(), 1
             from numbered
             returning id
         ), made_documents as (
             insert into documents (item_id, project_id, page_count) select id, $1, 1 from made
         ), made_pages as (
             insert into item_parts (item_id, attempt, number, text, confidence, layout)
             select id, 1, 1, 'as it was read', 0.9, '[]' from made
         )
         insert into item_transitions (item_id, project_id, kind, to_status, version, actor_user_id, at)
         select id, $1, 'document', 'pending_review', 1, $2, now() from made",
    )
    .bind(project)
    .bind(uploader.id)
    .bind(i32::try_from(ITEMS)?)
    .execute(db)
    .await?;
    Ok(())
}

//! The platform beside its alternatives: `bench peer [ROUNDS]`.
//!
//! `bench/peer` is the same API on FastAPI, SQLAlchemy, asyncpg and Celery, and `bench/limit` is bare axum and sqlx: one
//! token verified, one query. All use one durable database server with the same documents, and take turns, so that
//! the ratios of a round are fair.

mod fastapi;
mod limit;
mod load;
mod ours;
mod report;
mod seed;

use std::{slice, thread, time::Duration};

use shared::base::ids::UserId;
use sqlx::PgPool;
use uuid::Uuid;

use self::{
    fastapi::Peer,
    limit::Limit,
    load::{Figures, Target},
    ours::Ours,
    report::{Report, Server, Spread},
};
use crate::{Result, cold_start, instance, login};

const DOCUMENTS: i64 = 100_000;
const ROUNDS: usize = 5;
/// The duration of a part of a round.
const PART: Duration = Duration::from_secs(3);
/// The duration of the warm-up requests before each part.
const WARM_UP: Duration = Duration::from_millis(500);
const CONNECTIONS: usize = 32;
/// The number of concurrent sign-ins. With fewer, no hash would be computed while others wait for the database. With
/// more, the rest would only wait.
const SIGN_INS: usize = 16;
/// The number of decisions in one round, and of uploads to process.
const ITEMS: usize = 1000;
/// The reads that the limit can also answer.
const READS: [&str; 3] = ["GET /auth/me", "GET /projects/{id}", "GET /review, 50 items"];
const DECISION: &str = "PATCH /review/{id}";
const LOGIN: &str = "POST /auth/login";
const UPLOAD: &str = "POST /documents";
const EVENT: &str = "event of an upload";

/// Measures everything and prints the table. Fails when a goal is missed.
pub(crate) async fn run(rounds: Option<String>) -> Result<()> {
    let rounds = rounds.map_or(Ok(ROUNDS), |rounds| rounds.parse())?;
    let cores = thread::available_parallelism()?.get();
    let peer = Peer::start(DOCUMENTS, cores).await?;
    let ours = Ours::start(&peer.database("ours").await?, DOCUMENTS, cores).await?;
    let limits = limits(&peer.database_url("ours"), &ours).await?;
    let mut report = Report::default();
    let idle = (ours.memory_kib()?, peer.app.memory_kib()?);
    let (mut bare, mut hashing) = (Vec::new(), Vec::new());
    let mut instances = Vec::new();
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        reads(&mut report, &ours, &peer, &limits).await?;
        decisions(&mut report, &ours, &peer, round).await?;
        hashing.push(sign_ins(&mut report, &ours, &peer).await?);
        bare.push(login::bare_loop(cores)?);
        uploads(&mut report, &ours, &peer).await?;
        events(&mut report, &ours, &peer).await?;
        instances.push(two_instances(&ours).await?);
    }
    report.print();
    updates(&ours.db).await?;
    starts(&mut report, &peer, idle).await?;
    goals(&mut report, &bare, hashing, instances);
    let missed = report.missed();
    if missed.is_empty() { Ok(()) } else { Err(format!("{} goals are missed", missed.len()).into()) }
}

async fn load(target: &Target, connections: usize) -> Result<Figures> {
    load_all(slice::from_ref(target), connections).await
}

async fn load_all(targets: &[Target], connections: usize) -> Result<Figures> {
    load::repeat(targets, connections, WARM_UP).await?;
    load::repeat(targets, connections, PART).await
}

/// The limit's processes, in the order of [`READS`].
async fn limits(database_url: &str, ours: &Ours) -> Result<[Limit; 3]> {
    let jwks = ours.jwks()?;
    let UserId(lead) = ours.lead.id;
    let project = format!(
        "select json_build_object('id', projects.id, 'name', projects.name, 'description', projects.description,
             'language', projects.language, 'created_by_id', projects.created_by_id, 'role', project_members.role,
             'version', projects.version, 'created_at', projects.created_at, 'updated_at', projects.updated_at)
         from projects
         join project_members on project_members.project_id = projects.id and project_members.user_id = '{lead}'
         where projects.id = $1 and projects.deleted_at is null"
    );
    let queue = format!(
        "select json_build_object('items', coalesce(json_agg(item), '[]')) from (
             select id, kind, project_id, uploaded_by_id, original_filename, content_type, status, confidence, language,
                    (kind_fields ->> 'page_count')::integer as page_count,
                    (kind_fields ->> 'duration_seconds')::double precision as duration_seconds,
                    claimed_by_id, claimed_until, processed_at, reviewed_by_id, reviewed_at, feedback, version
             from review_queue
             where project_id = $1 and (claimed_by_id = '{lead}' or coalesce(claimed_until <= now(), true))
             order by id
             limit 51
         ) as item"
    );
    let me =
        "select json_build_object('id', users.id, 'email', users.email, 'display_name', users.display_name,
             'global_role', users.global_role, 'is_verified', users.email_verified_at is not null,
             'version', users.version, 'created_at', users.created_at)
         from sessions
         join users on users.id = sessions.user_id
         where sessions.id = $1 and sessions.revoked_at is null and sessions.expires_at > now()
           and users.deleted_at is null and users.suspended_at is null";
    Ok([
        Limit::start(database_url, &jwks, me, ours.lead.session.0).await?,
        Limit::start(database_url, &jwks, &project, ours.project.0).await?,
        Limit::start(database_url, &jwks, &queue, ours.project.0).await?,
    ])
}

async fn reads(report: &mut Report, ours: &Ours, peer: &Peer, limits: &[Limit; 3]) -> Result<()> {
    let project = ours.project;
    let app = &[peer.app];
    let lead = |path: &str| Target::get(app, peer.url(path), Some(&peer.lead));
    let rows = [
        (ours.get("auth", 0, "/auth/me")?, lead("/auth/me")),
        (ours.get("projects", 0, &format!("/projects/{project}"))?, lead("/projects/1")),
        (
            ours.get("review", 0, &format!("/review?project_id={project}&limit=50"))?,
            lead("/review?project_id=1&limit=50"),
        ),
    ];
    for ((row, (ours_target, peer_target)), limit) in READS.into_iter().zip(rows).zip(limits) {
        report.add(row, Server::Ours, load(&ours_target, CONNECTIONS).await?);
        report.add(row, Server::Limit, load(&limit.get("/one", Some(&ours.token()?)), CONNECTIONS).await?);
        report.add(row, Server::Peer, load(&peer_target, CONNECTIONS).await?);
    }
    let summary = "/analytics/summary?timeframe=30d";
    let rows = [
        ("GET /health", ours.get("projects", 0, "/health")?, Target::get(app, peer.url("/health"), None)),
        (
            "GET /analytics/summary, one project",
            ours.get("analytics", 0, &format!("{summary}&project_id={project}"))?,
            lead(&format!("{summary}&project_id=1")),
        ),
        (
            "GET /admin/users, 50 users",
            ours.get_as_admin("admin", "/admin/users?limit=50")?,
            Target::get(app, peer.url("/admin/users?limit=50"), Some(&peer.admin)),
        ),
    ];
    for (row, ours, peer) in rows {
        report.add(row, Server::Ours, load(&ours, CONNECTIONS).await?);
        report.add(row, Server::Peer, load(&peer, CONNECTIONS).await?);
    }
    Ok(())
}

/// Measures decisions. Each round decides on its own items.
async fn decisions(report: &mut Report, ours: &Ours, peer: &Peer, round: usize) -> Result<()> {
    let pending = "select id from items where status = 'pending_review' order by id offset $1 limit $2";
    let items: Vec<Uuid> = pending_ids(&ours.db, pending, 0).await?;
    report.add(DECISION, Server::Ours, load::each(&ours.decisions(items)?, CONNECTIONS).await?);

    let pending = "select id from documents where status = 'pending_review' order by id offset $1 limit $2";
    let documents: Vec<i64> = pending_ids(&peer.db, pending, round * ITEMS).await?;
    let body = r#"{"status": "approved", "feedback": "Looks right"}"#;
    let targets: Vec<Target> = documents
        .into_iter()
        .map(|document| Target {
            method: reqwest::Method::PATCH,
            body: Some(("application/json", body.to_owned())),
            ..Target::get(&[peer.app], peer.url(&format!("/review/{document}")), Some(&peer.lead))
        })
        .collect();
    report.add(DECISION, Server::Peer, load::each(&targets, CONNECTIONS).await?);
    Ok(())
}

async fn pending_ids<T>(db: &PgPool, statement: &'static str, offset: usize) -> Result<Vec<T>>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin + 'static,
{
    let query = sqlx::query_scalar(statement).bind(i64::try_from(offset)?).bind(i64::try_from(ITEMS)?);
    Ok(query.fetch_all(db).await?)
}

/// Returns the share of CPU time that our server spends on the hashes themselves.
async fn sign_ins(report: &mut Report, ours: &Ours, peer: &Peer) -> Result<f64> {
    let target = ours.login()?;
    let auth = *target.servers.first().ok_or("no server")?;
    let before = (auth.cpu()?, auth.cpu_of("passwords")?);
    report.add(LOGIN, Server::Ours, load(&target, SIGN_INS).await?);
    let all = auth.cpu()?.saturating_sub(before.0);
    let share = auth.cpu_of("passwords")?.saturating_sub(before.1).div_duration_f64(all);
    report.add(LOGIN, Server::Peer, load(&peer.login(), SIGN_INS).await?);
    Ok(share)
}

/// Measures uploads, while the peer's worker is stopped. Several users upload, since the uploads of one user run one
/// after the other.
async fn uploads(report: &mut Report, ours: &Ours, peer: &Peer) -> Result<()> {
    report.add(UPLOAD, Server::Ours, load_all(&ours.uploads()?, CONNECTIONS).await?);
    let floor = peer.unprocessed().await?;
    peer.worker.signal("STOP")?;
    let figures = load(&peer.upload(), CONNECTIONS).await;
    peer.worker.signal("CONT")?;
    report.add(UPLOAD, Server::Peer, figures?);
    peer.drain(floor).await?;
    Ok(())
}

/// Measures the processing of uploads. The uploads themselves are not part of the measurement.
async fn events(report: &mut Report, ours: &Ours, peer: &Peer) -> Result<()> {
    let count = f64::from(u32::try_from(ITEMS)?);
    let pushed = ours.events(ITEMS).await?;
    let figures = Figures {
        per_second: count / pushed.elapsed.as_secs_f64(),
        cpu_ms: pushed.cpu.as_secs_f64() * 1000.0 / count,
        ..Figures::default()
    };
    report.add(EVENT, Server::Ours, figures);
    let floor = peer.unprocessed().await?;
    peer.worker.signal("STOP")?;
    let uploaded = peer.upload().times(CONNECTIONS, ITEMS).await;
    let before = peer.worker.cpu()?;
    peer.worker.signal("CONT")?;
    uploaded?;
    let elapsed = peer.drain(floor).await?;
    let cpu = peer.worker.cpu()?.saturating_sub(before);
    let figures = Figures {
        per_second: count / elapsed.as_secs_f64(),
        cpu_ms: cpu.as_secs_f64() * 1000.0 / count,
        ..Figures::default()
    };
    report.add(EVENT, Server::Peer, figures);
    Ok(())
}

/// CPU per request with two instances that share the load, divided by that of one.
async fn two_instances(ours: &Ours) -> Result<f64> {
    let path = format!("/projects/{}", ours.project);
    let (first, second) = (ours.get("projects", 0, &path)?, ours.get("projects", 1, &path)?);
    load(&second, CONNECTIONS).await?;
    let one = load(&first, CONNECTIONS).await?;
    let both = load::repeat(&[first, second], CONNECTIONS, PART).await?;
    Ok(both.cpu_ms / one.cpu_ms)
}

/// Prints the share of our updates that add no index entry (HOT), by table. The statistics arrive within a few seconds.
async fn updates(db: &PgPool) -> Result<()> {
    let tables: Vec<(String, i64, i64)> = sqlx::query_as(
        "select relname::text, n_tup_upd, 100 * n_tup_hot_upd / n_tup_upd
         from pg_stat_user_tables
         where n_tup_upd >= 100
         order by n_tup_upd desc",
    )
    .fetch_all(db)
    .await?;
    println!("| table | updates | HOT % |\n|---|--:|--:|");
    for (table, updates, hot) in tables {
        println!("| {table} | {updates} | {hot} |");
    }
    println!();
    Ok(())
}

/// Cold starts and idle memory. `idle` was measured before the load.
async fn starts(report: &mut Report, peer: &Peer, idle: (u64, u64)) -> Result<()> {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let mut medians = Vec::new();
    let mut memory = Vec::new();
    for function in functions::names() {
        let figures = cold_start::measure(&instance::binary(function)?).await?;
        medians.push((Spread::of(figures.times.into_iter().map(ms)).median, function));
        memory.push((figures.memory, function));
    }
    let slowest = medians.into_iter().max_by(|one, two| one.0.total_cmp(&two.0)).ok_or("no function")?;
    let largest = memory.into_iter().max().ok_or("no function")?;
    let mut theirs = Vec::new();
    for _ in 0..ROUNDS {
        theirs.push(ms(peer.cold_start().await?));
    }
    let mib = |kib: u64| f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0;
    println!("cold start: {:.1} ms ({}), the peer's {} ms", slowest.0, slowest.1, Spread::of(theirs));
    println!(
        "idle memory: {:.1} MiB ({}), {:.1} MiB of an instance's own; the peer's {:.1} MiB",
        mib(largest.0),
        largest.1,
        mib(idle.0),
        mib(idle.1)
    );
    report.goal("cold start of the slowest function, ms", Some(Spread::of([slowest.0])), |ms| ms < 8.0);
    report.goal("idle memory of the largest function, MiB", Some(Spread::of([mib(largest.0)])), |mib| {
        mib < 12.0
    });
    Ok(())
}

fn goals(report: &mut Report, bare: &[f64], hashing: Vec<f64>, instances: Vec<f64>) {
    let cpu = |figures: &Figures| figures.cpu_ms;
    let speed = |figures: &Figures| figures.per_second;
    for (row, most) in READS.into_iter().zip([1.0, 1.25, 1.25]) {
        let value = report.ratio(row, Server::Limit, cpu);
        report.goal(&format!("{row}: CPU to the limit, at most {most}"), value, |ratio| ratio <= most);
        let value = report.ratio(row, Server::Peer, cpu);
        report.goal(&format!("{row}: CPU to the peer, at most 1/8"), value, |ratio| ratio <= 1.0 / 8.0);
    }
    let value = report.ratio(DECISION, Server::Peer, cpu);
    report.goal(&format!("{DECISION}: CPU to the peer, at most 1/10"), value, |ratio| ratio <= 0.1);
    for row in [UPLOAD, EVENT] {
        let value = report.ratio(row, Server::Peer, speed);
        report.goal(&format!("{row}: per second to the peer, at least 10"), value, |ratio| ratio >= 10.0);
    }
    let sign_ins = report.per_second(LOGIN);
    let value = Spread::of(sign_ins.into_iter().zip(bare).map(|(sign_ins, bare)| sign_ins / bare));
    println!(
        "{LOGIN}: {value} per bare Argon2 hash, while the database and the load generator use the same cores"
    );
    let value = Some(Spread::of(hashing));
    report.goal(&format!("{LOGIN}: CPU for Argon2, at least 0.95 of all"), value, |share| share >= 0.95);
    let value = Some(Spread::of(instances));
    report.goal("two instances: CPU to that of one, at most 1.1", value, |ratio| ratio <= 1.1);
}

//! Measures a large audit log: the latency of its lists, the guard and the member list relative to a small log, and the
//! duration of sealing and verification. `bench audit [ROWS]`, ten million rows by default.

use std::time::{Duration, Instant};

use local_identity::Identity;
use md5::{Digest as _, Md5};
use shared::{
    audit::{AuditFilter, list_audit_logs},
    base::ids::{ProjectId, UserId},
};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Row as _};
use tokio::{net::TcpListener, process::Command};
use uuid::Uuid;

use crate::{
    Result,
    process::{Process, environment, free_port},
    statistics::median_ms,
};

const PROJECTS: i64 = 1000;
const MEMBERS: i64 = 100;
const ROWS: i64 = 10_000_000;
/// The number of rows per insert statement.
const BATCH: i64 = 250_000;
/// The number of rows in the part that is sealed, verified and tampered with.
const SEALED: i64 = 1_000_000;
const PAGE: i64 = 50;
const PAGES: i64 = 1000;
/// The number of requests of each kind.
const REQUESTS: usize = 200;
/// The largest accepted ratio between the cost of the last page and that of the first.
const TOLERANCE: f64 = 1.5;
/// The folder of the statements that the functions were compiled with.
const STATEMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.sqlx");

/// Seeds, measures, seals, tampers and verifies. Fails when a target is missed.
pub(crate) async fn run(rows: Option<String>) -> Result<()> {
    let rows = rows.map_or(Ok(ROWS), |rows| rows.parse())?;
    let url = std::env::var("DATABASE_URL").map_err(|_| "bench needs `local with-postgres`")?;
    let db = PgPool::connect(&url).await?;
    migrations::migrate(&db).await?;
    let start = Instant::now();
    seed(&db, SEALED.min(rows), 0).await?;
    let verified = verify(&db, &url).await;
    seed(&db, rows, SEALED.min(rows)).await?;
    sqlx::query("analyze").execute(&db).await?;
    println!("seeded {rows} audit rows, {PROJECTS} projects of {MEMBERS} members in {:.0?}", start.elapsed());
    plans(&db).await?;
    let paged = pages(&db).await;
    verified.and(paged)
}

/// Inserts projects, members, and the rows `done..rows` of the log: one per second, spread over users, actions and
/// projects.
async fn seed(db: &PgPool, rows: i64, done: i64) -> Result<()> {
    if done == 0 {
        for statement in [
            "insert into users (id, email, email_verified_at, created_at)
             select md5('user' || n)::uuid, 'user' || n || '@example.org', now(), now() from generate_series(0, 9999) as n",
            "insert into sessions (id, user_id, created_at, authenticated_at, last_used_at, expires_at)
             select md5('session' || n)::uuid, md5('user' || n)::uuid, now(), now(), now(), now() + interval '1 day'
             from generate_series(0, 9999) as n",
            "insert into projects (id, name, created_by_id, created_at, updated_at)
             select md5('project' || n)::uuid, 'Project ' || n, md5('user' || n)::uuid, now(), now()
             from generate_series(0, 999) as n",
            "insert into project_members (id, project_id, user_id, role, created_at)
             select gen_random_uuid(), md5('project' || p)::uuid, md5('user' || (p * 10 + m) % 10000)::uuid,
                    case when m = 0 then 'admin' when m % 2 = 0 then 'reviewer' else 'contributor' end, now()
             from generate_series(0, 999) as p, generate_series(0, 99) as m",
        ] {
            sqlx::query(statement).execute(db).await?;
        }
    }
    let mut from = done;
    while from < rows {
        let to = rows.min(from + BATCH);
        sqlx::query(
            "with numbered as materialized (
                 select n, at,
                        (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
                             || substr(md5('row' || n), 1, 3) || '8' || substr(md5('row' || n), 4, 15))::uuid as id
                 from (
                     select n, now() - make_interval(secs => $3 - n) as at from generate_series($1, $2 - 1) as n
                 ) as times
             ), personal as (
                 insert into audit_personal (audit_id, user_id, salt, ip_address, user_agent, created_at)
                 select id, md5('user' || n % 10000)::uuid, uuid_send(id), '203.0.113.9', 'a browser', at from numbered
             )
             insert into audit_logs
                 (id, actor_user_id, action, resource_type, resource_id, project_id, status, personal_hash, created_at)
             select id, md5('user' || n % 10000)::uuid, (array['user.login', 'user.logout', 'member.removed'])[1 + n % 3],
                    'user', md5('user' || n % 10000)::uuid, md5('project' || n % 1000)::uuid, 'success',
                    audit_personal_hash(uuid_send(id), '203.0.113.9', 'a browser', null), at
             from numbered",
        )
        .bind(from)
        .bind(to)
        .bind(rows.max(ROWS) / 10)
        .execute(db)
        .await?;
        from = to;
    }
    Ok(())
}

/// Seals the first million rows with the task that Cloud Scheduler calls, then verifies them with the operator's
/// command: before and after one row is changed, one deleted and one inserted.
async fn verify(db: &PgPool, url: &str) -> Result<()> {
    let identity = Identity::generate("https://accounts.bench")?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let keys = format!("http://{}/oauth2/v3/certs", listener.local_addr()?);
    let router = local_pubsub::oidc_router(identity.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut variables = environment()?;
    let replaced = ["DATABASE_URL", "PUSH_SERVICE_ACCOUNT"];
    variables.retain(|(name, _)| !replaced.contains(&name.as_str()));
    for (name, value) in [
        ("DATABASE_URL", url),
        ("PUSH_ISSUER", "https://accounts.bench"),
        ("PUSH_JWKS_URL", &keys),
        ("PUSH_SERVICE_ACCOUNT", identity.email()),
    ] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let port = free_port().await?;
    let binary = std::env::current_exe()?.parent().ok_or("no folder")?.join("maintenance");
    let mut process = Process::start(&binary, port, &variables)?;
    process.answers(port, Instant::now()).await?;
    let (start, mut sealed) = (Instant::now(), 0);
    loop {
        let answer = reqwest::Client::new()
            .post(format!("http://127.0.0.1:{port}/tasks/seal-audit"))
            .bearer_auth(identity.id_token("bench", identity.email()))
            .send()
            .await?;
        let rows =
            answer.error_for_status()?.json::<serde_json::Value>().await?["rows"].as_u64().unwrap_or(0);
        sealed += rows;
        if rows == 0 {
            break;
        }
    }
    println!(
        "sealed {sealed} rows in {:.1?}, {} MiB resident",
        start.elapsed(),
        process.resident_kib()? / 1024
    );

    let check = async |label: &str| -> Result<String> {
        let start = Instant::now();
        let output = Command::new(&binary)
            .arg("verify-audit")
            .env_clear()
            .envs(variables.iter().cloned())
            .output()
            .await?;
        let report = String::from_utf8(output.stdout)?;
        println!("verified in {:.1?} ({label}): {}", start.elapsed(), report.trim().replace('\n', "; "));
        Ok(report)
    };
    if !check("as it was sealed").await?.contains("nothing was tampered with") {
        return Err("an untouched log was reported as tampered with".into());
    }
    let ids: Vec<Uuid> =
        sqlx::query_scalar("select id from audit_logs order by id offset 1000 limit 3").fetch_all(db).await?;
    let [changed, removed, beside] = ids[..] else { return Err("too few rows".into()) };
    sqlx::query("update audit_logs set metadata = '{\"a\": 1}' where id = $1")
        .bind(changed)
        .execute(db)
        .await?;
    sqlx::query("delete from audit_logs where id = $1").bind(removed).execute(db).await?;
    let inserted: Uuid = sqlx::query_scalar(
        "insert into audit_logs (id, xid, action, resource_type, status, created_at)
         select gen_random_uuid(), xid, action, resource_type, status, created_at from audit_logs where id = $1
         returning id",
    )
    .bind(beside)
    .fetch_one(db)
    .await?;
    let report = check("after three rows were tampered with").await?;
    let expected =
        [format!("changed: {changed}"), format!("removed: {removed}"), format!("inserted: {inserted}")];
    match expected.iter().find(|finding| !report.contains(*finding)) {
        None if report.lines().count() == 4 => Ok(()),
        None => Err("more tampering was found than was done".into()),
        Some(missed) => Err(format!("not found: {missed}").into()),
    }
}

/// Checks the query plans of the guard and the lists at this size, without planner hints.
async fn plans(db: &PgPool) -> Result<()> {
    let (user, session, project) = (md5("user7"), md5("session7"), md5("project7"));
    let statements: [(&str, &[&str], String); 5] = [
        (
            "guard by project",
            &["left join projects on projects.id = $4", "null::uuid as uploaded_by_id"],
            format!("'{session}', '{user}', now(), '{project}'"),
        ),
        ("members", &["as joined_at", "order by project_members.id"], format!("'{project}', null, 51")),
        (
            "my projects",
            &["from project_members", "projects.version", "$4::text is null"],
            format!("'{user}', null, 51, null"),
        ),
        (
            "all projects",
            &["from projects\n", "where projects.id < coalesce("],
            format!("'{user}', null, 51"),
        ),
        (
            "audit log of a project",
            &["where audit_logs.project_id = $5"],
            format!("null, null, null, null, '{project}', null, null, null, 51"),
        ),
    ];
    let mut connection = db.acquire().await?.detach();
    for (name, texts, arguments) in statements {
        let statement = statement(texts)?;
        sqlx::raw_sql(AssertSqlSafe(format!("prepare checked as {statement}")))
            .execute(&mut connection)
            .await?;
        let explain = format!("explain (analyze, timing off) execute checked ({arguments})");
        let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut connection).await?;
        sqlx::raw_sql("deallocate checked").execute(&mut connection).await?;
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let time = plan.last().cloned().unwrap_or_default();
        // Scans of partitions that are still empty are never executed.
        let scans = plan.iter().any(|line| line.contains("Seq Scan") && !line.contains("never executed"));
        println!("plan of {name:<24} {}  {time}", if scans { "SCANS" } else { "index" });
        if scans {
            return Err(format!("{name} scans a table:\n{}", plan.join("\n")).into());
        }
    }
    connection.close().await?;
    Ok(())
}

fn statement(texts: &[&str]) -> Result<String> {
    for file in std::fs::read_dir(STATEMENTS)? {
        let file: serde_json::Value = serde_json::from_slice(&std::fs::read(file?.path())?)?;
        if let Some(query) =
            file["query"].as_str().filter(|query| texts.iter().all(|text| query.contains(text)))
        {
            return Ok(query.to_owned());
        }
    }
    Err(format!("no statement holds {texts:?}").into())
}

/// Makes the same id as `md5(text)::uuid` in Postgres.
fn md5(text: &str) -> Uuid {
    Uuid::from_bytes(Md5::digest(text.as_bytes()).into())
}

/// Compares the first page with the thousandth, in turn.
async fn pages(db: &PgPool) -> Result<()> {
    let of_project = AuditFilter { project_id: Some(ProjectId(md5("project7"))), ..AuditFilter::default() };
    let of_actor = AuditFilter { actor: Some(UserId(md5("user7"))), ..AuditFilter::default() };
    let of_action = AuditFilter { action: Some("user.login".into()), ..AuditFilter::default() };
    let mut slow = Vec::new();
    println!(
        "{:<22} {:>8} {:>16} {:>16} {:>7}",
        "audit log", "page", "first page ms", "that page ms", "ratio"
    );
    for (name, filter) in [
        ("of everything", AuditFilter::default()),
        ("of an action", of_action),
        ("of a project", of_project),
        ("of an actor", of_actor),
    ] {
        let mut deep = None;
        let mut page = 1;
        // A filter with fewer pages ends earlier.
        while page < PAGES {
            let rows = list_audit_logs(db, &filter, deep, PAGE).await?;
            if rows.len() < 50 {
                break;
            }
            deep = rows.last().map(|row| row.id.0);
            page += 1;
        }
        let mut samples: [Vec<Duration>; 2] = Default::default();
        for _ in 0..REQUESTS {
            for (which, after) in [(0, None), (1, deep)] {
                let start = Instant::now();
                list_audit_logs(db, &filter, after, PAGE).await?;
                samples[which].push(start.elapsed());
            }
        }
        let (first, last) = (median_ms(&samples[0]), median_ms(&samples[1]));
        println!("{name:<22} {page:>8} {first:>16.3} {last:>16.3} {:>7.2}", last / first);
        if last / first > TOLERANCE {
            slow.push(name);
        }
    }
    if slow.is_empty() { Ok(()) } else { Err(format!("later pages cost more: {}", slow.join(", ")).into()) }
}

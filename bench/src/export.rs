//! A project export of a million items, once undisturbed and once with its process killed halfway: `bench export
//! [ITEMS]`.
//!
//! `data`, `export` and `maintenance` are separate processes. Each file is read to its end and must hold every item of
//! the project once, in order. The memory that an export needs is compared with that of a tenth of the items.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufRead as _, BufReader, Seek as _, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use local_pubsub::Faults;
use serde_json::{Value, json};
use shared::base::ids::{ItemId, ProjectId};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Result,
    cloud::Cloud,
    instance::Instance,
    schedule,
    tenants::{self, Tenants, User},
};

const ITEMS: i64 = 1_000_000;
/// The number of items per insert statement.
const BATCH: i64 = 50_000;
/// The number of pages of each of the ten books among the items.
const BOOK: i64 = 500;
/// The largest accepted increase in memory for ten times as many items, in MiB.
const MORE_MIB: f64 = 16.0;
/// The time limit of an export: longer than the lease of a killed process and the rest of the export.
const TIMEOUT: Duration = Duration::from_secs(1800);

/// Items `$1..$2` of the project `$3`, each with a page of some 300 bytes. Every hundredth is a voice sample, and every
/// ten thousandth name contains a spreadsheet formula.
const INSERT: &str = "
    with numbered as materialized (
        select n, now() - make_interval(secs => 1000000 - n * 0.5) as at,
               case when n % 100 = 7 then 'voice' else 'document' end as kind
        from generate_series($1, $2 - 1) as n
    ), made as (
        insert into items
            (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, status, generation,
             attempt, text_attempt, confidence, created_at, version)
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5('i' || n), 1, 3)
                   || '8' || substr(md5('item' || n), 4, 15))::uuid,
               $3, $4, kind, case when n % 10000 = 1 then '=1+1, \"scan\" ' else 'scan ' end || n || '.pdf',
               'application/pdf', 100000, case when n % 10 = 0 then 'rejected' else 'approved' end, n, 1, 1, 0.9, at, 3
        from numbered
        returning id, kind, generation as n
    ), made_documents as (
        insert into documents (item_id, project_id, page_count) select id, $3, 1 from made where kind = 'document'
    ), made_samples as (
        insert into voice_samples (item_id, duration_seconds) select id, 7.5 from made where kind = 'voice'
    )
    insert into item_parts (item_id, attempt, number, text, confidence)
    select id, 1, 1,
           case kind when 'document' then repeat('Line ' || n || E', of a \"letter\".\n', 12)
           else repeat('Words ' || n || ' ', 20) end,
           case kind when 'document' then 0.9 end
    from made";

/// Turns ten of a project's documents into books of some two megabytes each.
const BOOKS: &str = "
    insert into item_parts (item_id, attempt, number, text, confidence, layout)
    select book.id, 1, page, repeat('A page of a book, ' || page || E'.\n', 200), 0.9, '[]'
    from (select id from items where project_id = $1 and kind = 'document' order by md5(id::text) limit 10) as book
    cross join generate_series(2, $2) as page";

/// Seeds two projects and exports them.
pub(crate) async fn run(items: Option<String>) -> Result<()> {
    let items = items.map_or(Ok(ITEMS), |items| items.parse())?;
    let (db, url) = tenants::database().await?;
    let cloud = Arc::new(Cloud::start(&url, None).await?);
    let tenants = Tenants::new(&db, &cloud)?;
    let admin = tenants.user("admin").await?;
    let (few, many) = (tenants.project("Few", &admin).await?, tenants.project("Many", &admin).await?);
    let start = Instant::now();
    seed(&db, few, &admin, items / 10).await?;
    seed(&db, many, &admin, items).await?;
    println!("seeded {} and {items} items in {:.0?}", items / 10, start.elapsed());

    let data = Instance::start(&cloud, "data", 0).await?;
    let _maintenance = Instance::start(&cloud, "maintenance", 0).await?;
    let _schedule = schedule::start(&cloud);
    cloud.subscribe(&["export"], &Faults::default()).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let side = Side { db, cloud, tenants, admin, data, client };

    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "export", "items", "MiB", "seconds", "items/s", "RSS MiB"
    );
    let tenth = side.measure("a tenth, NDJSON", few, "ndjson", false).await?;
    let all = side.measure("all, NDJSON", many, "ndjson", false).await?;
    side.measure("all, CSV, killed in the middle", many, "csv", true).await?;
    if all > tenth + MORE_MIB {
        return Err(format!("memory grows with the number of items: {tenth:.1} to {all:.1} MiB").into());
    }
    println!("every item is in each file once, in order");
    Ok(())
}

async fn seed(db: &PgPool, project: ProjectId, admin: &User, items: i64) -> Result<()> {
    let mut from = 0;
    while from < items {
        let to = items.min(from + BATCH);
        let insert = sqlx::query(INSERT).bind(from).bind(to).bind(project).bind(admin.id);
        insert.execute(db).await?;
        from = to;
    }
    sqlx::query(BOOKS).bind(project).bind(BOOK).execute(db).await?;
    sqlx::raw_sql("analyze items, documents, voice_samples, item_parts").execute(db).await?;
    Ok(())
}

/// The running services and the caller that requests exports.
struct Side {
    db: PgPool,
    cloud: Arc<Cloud>,
    tenants: Tenants,
    admin: User,
    data: Instance,
    client: reqwest::Client,
}

impl Side {
    /// Exports a project with a new process and checks the file. Returns the peak resident memory, in MiB.
    async fn measure(&self, name: &str, project: ProjectId, format: &str, kill: bool) -> Result<f64> {
        let mut export = Instance::start(&self.cloud, "export", 0).await?;
        let start = Instant::now();
        let body = json!({"project_id": project, "format": format});
        let requested = self.request(self.client.post(self.data.url("/exports")).json(&body)).await?;
        let path = format!("/exports/{}", requested["id"].as_str().ok_or("no id")?);
        let (mut killed, mut peak) = (!kill, 0);
        let about = loop {
            let about = self.request(self.client.get(self.data.url(&path))).await?;
            match about["status"].as_str() {
                Some("ready") => break about,
                Some("processing") if start.elapsed() < TIMEOUT => {}
                _ => return Err(format!("{name}: {about}").into()),
            }
            let (done, total) = (&about["progress"]["done"], &about["progress"]["total"]);
            if !killed && total.as_i64().is_some_and(|total| done.as_i64() > Some(total / 2)) {
                peak = export.process()?.peak_kib()?;
                export.kill();
                export.restart(&self.cloud).await?;
                killed = true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let seconds = start.elapsed().as_secs_f64();
        let mib = peak.max(export.process()?.peak_kib()?) as f64 / 1024.0;
        let items = self.check(project, format, &about).await?;
        let size = about["size_bytes"].as_f64().unwrap_or_default() / 1024.0 / 1024.0;
        let rate = items as f64 / seconds;
        println!("{name:<34} {items:>9} {size:>9.1} {seconds:>9.1} {rate:>9.0} {mib:>9.1}");
        Ok(mib)
    }

    async fn request(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let answer = request.bearer_auth(self.tenants.token(&self.admin)?).send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        if status.is_success() {
            Ok(serde_json::from_str(&body)?)
        } else {
            Err(format!("{status}: {body}").into())
        }
    }

    /// Compares the file with the project, item by item. Returns the number of items.
    async fn check(&self, project: ProjectId, format: &str, about: &Value) -> Result<usize> {
        let mut answer = self.client.get(about["url"].as_str().ok_or("no URL")?).send().await?;
        let mut file = tempfile::tempfile()?;
        while let Some(bytes) = answer.chunk().await? {
            file.write_all(&bytes)?;
        }
        file.rewind()?;
        let found = if format == "csv" { of_table(file)? } else { of_lines(file)? };
        let query = "select id from items where project_id = $1 order by kind, id";
        let expected: Vec<ItemId> = sqlx::query_scalar(query).bind(project).fetch_all(&self.db).await?;
        let distinct: HashSet<&Uuid> = found.iter().collect();
        let same = found.iter().eq(expected.iter().map(|item| &item.0));
        if same && distinct.len() == expected.len() && about["progress"]["done"] == found.len() {
            return Ok(found.len());
        }
        let (lines, items) = (found.len(), expected.len());
        Err(format!("{lines} lines with {} items, of {items} items", distinct.len()).into())
    }
}

fn of_lines(file: File) -> Result<Vec<Uuid>> {
    let mut ids = Vec::new();
    for line in BufReader::new(file).lines() {
        let line: Value = serde_json::from_str(&line?)?;
        if line["text"].as_str().is_none_or(|text| text.len() < 100) {
            return Err(format!("a line without its text: {line}").into());
        }
        ids.push(line["id"].as_str().ok_or("no id")?.parse()?);
    }
    Ok(ids)
}

fn of_table(file: File) -> Result<Vec<Uuid>> {
    let mut ids = Vec::new();
    let mut rows = csv::Reader::from_reader(BufReader::new(file));
    for row in rows.records() {
        let row = row?;
        if row.iter().any(|cell| cell.starts_with('=')) || row[24].len() < 100 {
            return Err(format!("a formula, or a row without its text: {row:?}").into());
        }
        ids.push(row[0].parse()?);
    }
    Ok(ids)
}

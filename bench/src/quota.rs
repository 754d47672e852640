//! Documents that need a batch operation, many more than may run at once: `bench quota [DOCUMENTS]`, 300 by default.
//!
//! `maintenance` is called every second instead of every minute. Nothing else is shortened.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use local_pubsub::Faults;

use crate::{
    Result,
    cloud::Cloud,
    instance::Instance,
    schedule,
    tenants::{Tenants, database},
};

const DOCUMENTS: usize = 300;
/// The number of pages of each document, more than a synchronous call accepts.
const PAGES: usize = 50;
/// The duration of an operation before it writes its output.
const DELAY: Duration = Duration::from_millis(300);
/// The quota of the engine and of `maintenance`.
const CONCURRENCY: usize = 5;
const PDF: &[u8] = b"%PDF-1.7 a long one";
const TIME_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Uploads all documents at once and waits until all are processed.
pub(crate) async fn run(documents: Option<String>) -> Result<()> {
    let documents = documents.map_or(Ok(DOCUMENTS), |documents| documents.parse())?;
    let (db, url) = database().await?;
    let cloud = Arc::new(Cloud::start(&url, None).await?);
    cloud.ai.instant(Some("A page of many."));
    cloud.ai.set_instant_pages(PAGES);
    cloud.ai.set_delay(DELAY);
    let tenants = Tenants::new(&db, &cloud)?;
    let admin = tenants.user("admin").await?;
    let project = tenants.project("Books", &admin).await?;
    let _ocr = Instance::start(&cloud, "ocr", 0).await?;
    let _maintenance = Instance::start(&cloud, "maintenance", 0).await?;
    cloud.subscribe(&["ocr", "maintenance"], &Faults::default()).await?;
    let _schedule = schedule::start(&cloud);

    let start = Instant::now();
    for _ in 0..documents {
        let object = tenants.draft(project, &admin, PDF).await?;
        cloud.upload(&object, PDF).await?;
    }
    let uploaded = start.elapsed();
    let wanted = i64::try_from(documents)?;
    let states = "select count(*) filter (where status = 'approved' and page_count = $1),
                         count(*) filter (where status = 'failed'), (select count(*) from dead_letters)
                  from items join documents on documents.item_id = items.id";
    let (ended, failed, dead) = loop {
        let (read, failed, dead): (i64, i64, i64) =
            sqlx::query_as(states).bind(i32::try_from(PAGES)?).fetch_one(&db).await?;
        if read + failed == wanted {
            break (start.elapsed(), failed, dead);
        }
        if start.elapsed() > TIME_LIMIT {
            return Err(format!("{read} of {wanted} were processed in time, {failed} failed").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let operations = cloud.ai.operations();
    println!(
        "{documents} documents of {PAGES} pages, {CONCURRENCY} operations at once, each {DELAY:.0?} or longer"
    );
    println!("{:<34} {:>8.1}", "seconds until all are uploaded", uploaded.as_secs_f64());
    println!("{:<34} {:>8.1}", "seconds until all are processed", ended.as_secs_f64());
    println!("{:<34} {:>8}", "operations", operations.started);
    println!("{:<34} {:>8}", "most concurrent operations", operations.max_concurrent);
    println!("{:<34} {:>8}", "calls that start an operation", cloud.calls.batches());
    println!("{:<34} {:>8}", "of these, refused by the quota", cloud.calls.refused());
    println!("{:<34} {:>8}", "failed", failed);
    println!("{:<34} {:>8}", "dead letters", dead);
    if failed + dead > 0 {
        return Err("not all documents were processed".into());
    }
    if operations.max_concurrent > CONCURRENCY || operations.started != u64::try_from(documents)? {
        return Err("there were more operations than expected".into());
    }
    Ok(())
}

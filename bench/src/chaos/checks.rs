//! The invariants that must hold after the chaos benchmark.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use sqlx::PgPool;
use tokio::process::Command;

use crate::{Result, cloud::Cloud, instance::binary};

/// Statements that count violations. Each must return 0.
const FORBIDDEN: [(&str, &str); 14] = [
    ("items that are not final", "select count(*) from items where status in ('draft', 'processing')"),
    ("items that failed", "select count(*) from items where status = 'failed'"),
    (
        "items in another state than their project implies",
        "select count(*) from items
         where (status = 'pending_review') <> exists (
             select from project_members
             where project_members.project_id = items.project_id and project_members.role = 'reviewer'
         )",
    ),
    (
        "items whose version differs from their number of transitions",
        "select count(*) from items
         left join (select item_id, count(*) as made from item_transitions group by item_id) as transitions
                on transitions.item_id = items.id
         where made is distinct from version",
    ),
    (
        "items with an unexpected or repeated transition",
        "select count(*) from (
             select from item_transitions group by item_id
             having string_agg(to_status, ' ' order by version)
                    !~ '^draft processing( failed processing)* (approved|pending_review)$'
         ) as ways",
    ),
    (
        "items without exactly one audit row `document.created`",
        "select count(*) from items
         left join (
             select resource_id, count(*) as made from audit_logs where action = 'document.created' group by resource_id
         ) as audited on audited.resource_id = items.id
         where made is distinct from 1",
    ),
    (
        "items without exactly one audit row `document.processed`",
        "select count(*) from items
         left join (
             select resource_id, count(*) as made from audit_logs where action = 'document.processed' group by resource_id
         ) as audited on audited.resource_id = items.id
         where made is distinct from 1",
    ),
    (
        "items without exactly one page, of the attempt that is shown",
        "select count(*) from items
         join documents on documents.item_id = items.id
         left join (
             select item_id, count(*) as stored, min(attempt) as attempt from item_parts group by item_id
         ) as pages on pages.item_id = items.id
         where stored is distinct from 1 or page_count is distinct from 1 or pages.attempt is distinct from text_attempt",
    ),
    (
        "items that a search does not find by both name and page",
        "select count(*) from items
         left join (select item_id, count(*) as made from item_search group by item_id) as searched
                on searched.item_id = items.id
         where made is distinct from 2",
    ),
    ("items marked as duplicates", "select count(*) from items where duplicate_of is not null"),
    ("leases and pauses left over", "select count(*) from items where coalesce(lease_until, next_attempt_at) is not null"),
    (
        "statistics totals that differ from the items",
        "select count(*)
         from (
             select project_id, kind, status, count(*) as items from items where deleted_at is null
             group by project_id, kind, status
         ) as counted
         full join (
             select * from statistics_totals
             where items <> 0 and project_id <> '00000000-0000-0000-0000-000000000000'
         ) as folded using (project_id, kind, status)
         where counted.items is distinct from folded.items",
    ),
    ("events left in the outbox", "select count(*) from outbox"),
    ("dead letters", "select count(*) from dead_letters"),
];

/// Returns true when every created item is in a final state.
pub(super) async fn are_final(db: &PgPool, wanted: usize) -> bool {
    let ended = "select count(*) from items where status not in ('draft', 'processing')";
    // The database may be down.
    let ended = sqlx::query_scalar::<_, i64>(ended).fetch_one(db).await.unwrap_or_default();
    usize::try_from(ended).is_ok_and(|ended| ended >= wanted)
}

/// Counts the items, events and mails that are still in progress.
pub(super) async fn left(db: &PgPool, invited: usize) -> Result<i64> {
    let left = "select (select count(*) from items where status in ('draft', 'processing')) + (select count(*) from outbox)
                       + greatest($1 - (select count(*) from mail_deliveries), 0)";
    Ok(sqlx::query_scalar(left).bind(i64::try_from(invited)?).fetch_one(db).await?)
}

/// Waits until maintenance has folded all transitions into the statistics.
async fn folded(db: &PgPool) -> Result<()> {
    let unfolded = "select count(*) from statistics_cursor, item_transitions
                    where (item_transitions.xid, item_transitions.id) > (statistics_cursor.xid, statistics_cursor.id)";
    let start = Instant::now();
    while sqlx::query_scalar::<_, i64>(unfolded).fetch_one(db).await? > 0 {
        if start.elapsed() > Duration::from_secs(120) {
            return Err("the transitions were not folded in time".into());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Prints the results, and fails when a check fails.
pub(super) async fn all(cloud: &Cloud, db: &PgPool, wanted: usize, invited: usize) -> Result<()> {
    println!("items by state:");
    let states = "select status, count(*) from items group by status order by status";
    for (status, items) in sqlx::query_as::<_, (String, i64)>(states).fetch_all(db).await? {
        println!("  {status:<14} {items:>7}");
    }
    let failures = "select count(*) from item_transitions where to_status = 'failed'";
    let failures: i64 = sqlx::query_scalar(failures).fetch_one(db).await?;
    println!("failed attempts of items, retried later: {failures}");
    let attempts: i64 =
        sqlx::query_scalar("select coalesce(sum(attempt), 0)::bigint from items").fetch_one(db).await?;
    println!("attempts: {attempts}, {} of them without a result", attempts - i64::try_from(wanted)?);

    folded(db).await?;
    let mut invalid = Vec::new();
    let mut check = |label: &str, found: i64| {
        println!("{found:>7}  {label}");
        if found != 0 {
            invalid.push(format!("{found} {label}"));
        }
    };
    let items: i64 = sqlx::query_scalar("select count(*) from items").fetch_one(db).await?;
    check("items missing or in excess", items - i64::try_from(wanted)?);
    for (label, statement) in FORBIDDEN {
        check(label, sqlx::query_scalar(statement).fetch_one(db).await?);
    }
    let buckets = migrations::recompute(db, false).await?.iter().map(|difference| difference.buckets).sum();
    check("statistics buckets that differ from the transitions", buckets);
    let invited = i64::try_from(invited)?;
    let invitations: i64 =
        sqlx::query_scalar("select count(*) from project_invitations").fetch_one(db).await?;
    check("invitations missing or in excess", invitations - invited);
    let mails = cloud.inbox.messages(None);
    let distinct: HashSet<(&str, Option<&str>)> =
        mails.iter().map(|mail| (mail.to.as_str(), mail.message_id.as_deref())).collect();
    check("distinct mails missing or in excess", i64::try_from(distinct.len())? - invited);
    let repeats = mails.iter().map(|mail| mail.copies).sum::<usize>() - mails.len();
    let output = Command::new(binary("maintenance")?)
        .arg("verify-audit")
        .env_clear()
        .envs(cloud.environment("maintenance")?)
        .output()
        .await?;
    let report = String::from_utf8_lossy(&output.stdout).trim().replace('\n', "; ");
    check(
        "audit logs that differ from their seals",
        i64::from(!report.contains("nothing was tampered with")),
    );
    println!("{} distinct mails, {repeats} repeats with the same Message-ID", distinct.len());
    println!("audit log: {report}");
    if invalid.is_empty() { Ok(()) } else { Err(invalid.join("; ").into()) }
}

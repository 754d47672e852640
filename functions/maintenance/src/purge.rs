//! Purges deleted accounts, items and projects after their retention, and deletes expired rows.

mod items;

use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use shared::{
    audit::{self, Action, Entry},
    base::ids::{ItemId, UserId},
    cloud::push::Scheduled,
    http::{extract::Json, idempotency, problem::Result},
};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    AppState, exports,
    queries::{expired, purge as queries, statistics},
};

/// The maximum number of rows that one statement deletes or changes.
pub(crate) const BATCH: i64 = 500;
/// The time after which a run starts no more batches. The next run continues, and may overlap with this one.
const BUDGET: Duration = Duration::from_secs(20);
/// Retention of ended sessions: they show which devices an account used before, and a new device triggers a mail.
const SESSIONS: time::Duration = time::Duration::days(180);
/// Retention of records of sent mails. They prevent a redelivery from sending a mail again, and Pub/Sub keeps a message
/// for at most 31 days.
const MAIL_DELIVERIES: time::Duration = time::Duration::days(32);
/// Retention of the causes of failed deliveries. A failing message becomes a dead letter within hours, and the dead
/// letter copies the cause.
const DELIVERY_ERRORS: time::Duration = time::Duration::days(30);
/// Retention of dead letters, which leaves operators time to replay them.
const DEAD_LETTERS: time::Duration = time::Duration::days(90);

/// The result of a run: numbers of rows.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Purged {
    accounts: u64,
    unverified_accounts: u64,
    links: u64,
    invitations: u64,
    idempotency_keys: u64,
    ceremonies: u64,
    sessions: u64,
    mail_deliveries: u64,
    mail_counts: u64,
    event_tickets: u64,
    delivery_errors: u64,
    dead_letters: u64,
    exports: u64,
    items: u64,
    statistics: u64,
    projects: u64,
}

/// Handles the schedule `purge`.
pub(crate) async fn purge(State(app): State<AppState>, _: Scheduled) -> Result<Json<Purged>> {
    let end = Instant::now() + BUDGET;
    let now = app.clock.now();
    let deleted_before = now - app.retention.deleted;
    let db = &app.db;
    let mut purged = Purged {
        ceremonies: in_batches(end, || expired::ceremonies(db, now, BATCH)).await?,
        // Expired links stay for a while so that a late click is answered with "expired", not with "invalid".
        links: in_batches(end, || expired::verification_links(db, deleted_before, BATCH)).await?
            + in_batches(end, || expired::reset_links(db, deleted_before, BATCH)).await?,
        invitations: in_batches(end, || expired::invitations(db, deleted_before, BATCH)).await?,
        idempotency_keys: in_batches(end, || {
            expired::idempotency_keys(db, now - idempotency::LIFETIME, BATCH)
        })
        .await?,
        sessions: in_batches(end, || expired::sessions(db, now - SESSIONS, BATCH)).await?,
        mail_deliveries: in_batches(end, || expired::mail_deliveries(db, now - MAIL_DELIVERIES, BATCH))
            .await?,
        mail_counts: in_batches(end, || expired::mail_counts(db, now - time::Duration::DAY, BATCH)).await?,
        event_tickets: in_batches(end, || expired::event_tickets(db, now, BATCH)).await?,
        delivery_errors: in_batches(end, || expired::delivery_errors(db, now - DELIVERY_ERRORS, BATCH))
            .await?,
        dead_letters: in_batches(end, || expired::dead_letters(db, now - DEAD_LETTERS, BATCH)).await?,
        unverified_accounts: in_batches(end, || {
            queries::delete_unverified_accounts(db, deleted_before, now, BATCH)
        })
        .await?,
        ..Purged::default()
    };
    while Instant::now() < end {
        let Some(user) = queries::next_deleted_account(db, deleted_before).await? else { break };
        if erase(db, user, end, now).await? {
            purged.accounts += 1;
        }
    }
    purged.exports = exports::purge(&app, now, end).await?;
    in_batches(end, || queries::delete_items_of_deleted_projects(db, now, BATCH)).await?;
    items::purge(&app, deleted_before, end, &mut purged.items).await?;
    // The totals are deleted last, because `recompute-statistics` treats a project without totals as purged.
    purged.statistics = in_batches(end, || statistics::forget_counts(db, deleted_before, BATCH)).await?
        + in_batches(end, || statistics::forget_durations(db, deleted_before, BATCH)).await?
        + in_batches(end, || statistics::forget_people(db, deleted_before, BATCH)).await?
        + in_batches(end, || statistics::forget_project_domains(db, deleted_before, BATCH)).await?
        + in_batches(end, || statistics::forget_totals(db, deleted_before, BATCH)).await?;
    // Only projects without items and statistics are deleted here, which is cheap. The other projects wait for the next
    // run.
    purged.projects = in_batches(end, || queries::delete_projects(db, deleted_before, BATCH)).await?;
    Ok(Json(purged))
}

/// Repeats a statement until it changes fewer rows than a batch. Returns the number of rows.
pub(crate) async fn in_batches<F: Future<Output = Result<u64, sqlx::Error>>>(
    end: Instant,
    statement: impl Fn() -> F,
) -> Result<u64, sqlx::Error> {
    let mut rows = 0;
    while Instant::now() < end {
        let batch = statement().await?;
        rows += batch;
        if i64::try_from(batch).is_ok_and(|batch| batch < BATCH) {
            break;
        }
    }
    Ok(rows)
}

/// Erases the personal data of a deleted account. Returns whether the account is erased. Rows whose number grows with
/// the user's work are erased first, in batches. The account's row is erased last, so that the next run continues if
/// this run stops early.
async fn erase(db: &PgPool, user: UserId, end: Instant, now: OffsetDateTime) -> Result<bool> {
    in_batches(end, || queries::erase_audit_logs(db, user, BATCH)).await?;
    in_batches(end, || queries::erase_feedback(db, user, now, BATCH)).await?;
    let mut after = Some(ItemId(Uuid::nil()));
    while let Some(item) = after.filter(|_| Instant::now() < end) {
        after = queries::erase_file_names(db, user, item, now, BATCH).await?;
    }
    if Instant::now() >= end {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    let erased = queries::erase_account(&mut tx, user, now).await?;
    if erased {
        audit::record(&mut tx, Entry::success(None, Action::UserErased, user.0), now).await?;
    }
    tx.commit().await?;
    Ok(erased)
}

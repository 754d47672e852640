//! Seals the audit log and verifies it. A seal is an HMAC over a batch of rows and the previous seal, under a key that
//! no other function holds. Each seal is also logged, so that an attacker who can rewrite the table and its seals
//! cannot rewrite the log lines.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use axum::extract::State;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use shared::{
    base::{config::Error, ids::AuditId},
    cloud::push::Scheduled,
    http::{extract::Json, problem::Result},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    AppState,
    queries::seals::{self as queries, Position, Seal},
};

shared::settings! {
    /// The settings of the audit log's seals. Only `maintenance` has this key.
    pub struct SealSettings {
        /// HMAC key of the seals: at least 32 bytes, in base64.
        pub key: SecretString = "AUDIT_SEAL_KEY",
    }
}

/// The maximum number of rows under one seal.
const BATCH: i64 = 1000;
/// The time after which a run starts no more batches. The next run continues.
const BUDGET: Duration = Duration::from_secs(20);
/// The number of months for which partitions are created ahead.
const MONTHS_AHEAD: i32 = 4;

/// Computes the hashes of seals.
#[derive(Clone)]
pub(crate) struct Sealer(Arc<hmac::Key>);

impl Sealer {
    pub(crate) fn new(settings: &SealSettings) -> Result<Self, Error> {
        let key = STANDARD
            .decode(settings.key.expose_secret())
            .ok()
            .filter(|key| key.len() >= 32)
            .ok_or_else(|| Error::of("AUDIT_SEAL_KEY", "expected at least 32 bytes in base64"))?;
        Ok(Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &key))))
    }

    fn hash(&self, before: &[u8], last: Position, rows: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        // The first seal has no previous hash. The length makes the input unambiguous.
        context.update(&(before.len() as u64).to_be_bytes());
        context.update(before);
        context.update(&last.xid.to_be_bytes());
        context.update(last.id.as_bytes());
        context.update(rows);
        context.sign().as_ref().to_vec()
    }
}

/// The result of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Sealed {
    rows: usize,
    partitions: i32,
    expired: i32,
}

/// Handles the schedule `seal-audit`: seals new rows, creates the partitions of the next months and drops expired
/// partitions.
pub(crate) async fn seal_audit(State(app): State<AppState>, _: Scheduled) -> Result<Json<Sealed>> {
    let (end, now) = (Instant::now() + BUDGET, app.clock.now());
    let partitions = queries::create_partitions(&app.db, now, MONTHS_AHEAD).await?;
    let mut rows = 0;
    while Instant::now() < end {
        let Some(sealed) = seal_batch(&app.db, &app.sealer, now).await? else { break };
        rows += sealed;
        if i64::try_from(sealed).is_ok_and(|sealed| sealed < BATCH) {
            // An alert fires when this line is missing for half an hour.
            tracing::info!(rows, "audit sealing caught up");
            break;
        }
    }
    let expired = queries::drop_partitions(&app.db, now - app.retention.audit).await?;
    Ok(Json(Sealed { rows, partitions, expired }))
}

/// Seals one batch and returns its number of rows, or `None` if another run holds the lock.
async fn seal_batch(db: &PgPool, sealer: &Sealer, now: OffsetDateTime) -> Result<Option<usize>> {
    let mut tx = db.begin().await?;
    if !queries::lock_seals(&mut tx).await? {
        return Ok(None);
    }
    let before = queries::last_seal(&mut tx).await?;
    let after = before.as_ref().map(|seal| seal.last).unwrap_or_default();
    let batch = queries::rows_after(&mut tx, after, None, BATCH).await?;
    let Some(last) = batch.last().map(|row| row.position) else { return Ok(Some(0)) };
    let rows: Vec<u8> = batch.iter().flat_map(|row| row.digest()).collect();
    let previous_hash = before.map(|seal| seal.hash).unwrap_or_default();
    let hash = sealer.hash(&previous_hash, last, &rows);
    let id = queries::insert_seal(&mut tx, last, &rows, &previous_hash, &hash, now).await?;
    tx.commit().await?;
    tracing::info!(seal = id, rows = batch.len(), hash = hex(&hash), "audit seal created");
    Ok(Some(batch.len()))
}

/// A difference between the audit log and its seals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A row differs from its sealed digest, or its personal data was changed.
    Changed(AuditId),
    /// A sealed row is missing.
    Removed(AuditId),
    /// A row was inserted among sealed rows after they were sealed.
    Inserted(AuditId),
    /// A seal's hash does not match its rows and the previous seal.
    BrokenSeal(i64),
}

/// The result of a verification.
#[derive(Debug, Default)]
pub struct Report {
    /// The number of seals.
    pub seals: u64,
    /// The number of sealed rows.
    pub rows: u64,
    /// The number of sealed rows that were dropped with their expired month.
    pub expired: u64,
    /// The number of rows that no seal covers yet.
    pub unsealed: i64,
    /// The differences. The log is intact if there are none.
    pub findings: Vec<Finding>,
}

/// Compares every sealed row with its seal, and every seal with the previous one, in constant memory.
pub(crate) async fn verify(db: &mut PgConnection, sealer: &Sealer) -> Result<Report, sqlx::Error> {
    let mut report = Report::default();
    let (mut hash, mut after, mut seal_id) = (Vec::new(), Position::default(), 0);
    let oldest = queries::oldest_partition(db).await?;
    while let Some(seal) = queries::seal_after(db, seal_id).await? {
        // If all rows of the first seal have expired, the seals before it may have expired too.
        let follows = seal.previous_hash == hash
            || report.seals == 0 && seal.digests().all(|(id, _)| has_expired(id, oldest));
        if !follows || sealer.hash(&seal.previous_hash, seal.last, &seal.rows) != seal.hash {
            report.findings.push(Finding::BrokenSeal(seal.id));
        }
        compare(db, &seal, after, oldest, &mut report).await?;
        report.seals += 1;
        (seal_id, after, hash) = (seal.id, seal.last, seal.hash);
    }
    report.unsealed = queries::count_after(db, after).await?;
    for changed in queries::changed_personal(db).await? {
        report.findings.push(Finding::Changed(changed));
    }
    Ok(report)
}

async fn compare(
    db: &mut PgConnection,
    seal: &Seal,
    after: Position,
    oldest: Option<OffsetDateTime>,
    report: &mut Report,
) -> Result<(), sqlx::Error> {
    let sealed: std::collections::BTreeMap<AuditId, &[u8]> = seal.digests().collect();
    // The limit leaves room for a batch of inserted rows. Tampering is proven without listing more rows.
    let limit = i64::try_from(sealed.len()).unwrap_or(i64::MAX).saturating_add(BATCH);
    let present = queries::rows_after(db, after, Some(seal.last), limit).await?;
    let mut missing = sealed.clone();
    for row in &present {
        let id = AuditId(row.position.id);
        match missing.remove(&id) {
            Some(digest) if digest == row.digest_half() => {}
            Some(_) => report.findings.push(Finding::Changed(id)),
            None => report.findings.push(Finding::Inserted(id)),
        }
    }
    report.rows += sealed.len() as u64;
    for id in missing.into_keys() {
        if has_expired(id, oldest) {
            report.expired += 1;
        } else {
            report.findings.push(Finding::Removed(id));
        }
    }
    Ok(())
}

/// Returns whether a row was dropped with its month. Its id has the time of the row.
fn has_expired(id: AuditId, oldest: Option<OffsetDateTime>) -> bool {
    // The first 48 bits of a UUIDv7 are its time (RFC 9562, section 5.7).
    let created = id.0.get_timestamp().map_or(0, |timestamp| timestamp.to_unix().0);
    oldest.is_some_and(|oldest| i64::try_from(created).is_ok_and(|created| created < oldest.unix_timestamp()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

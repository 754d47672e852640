//! Queries about the audit log and its seals. Rows are ordered by transaction, so that a row that commits long after it
//! was created is not missed.

use shared::base::ids::AuditId;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

/// A position in the audit log: transaction and row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) xid: i64,
    pub(crate) id: Uuid,
}

/// The position and digest of a row.
pub(crate) struct Row {
    pub(crate) position: Position,
    digest: Vec<u8>,
}

impl Row {
    /// Returns the id and the digest of the row: 32 bytes.
    pub(crate) fn digest(&self) -> Vec<u8> {
        [self.position.id.as_bytes().as_slice(), &self.digest].concat()
    }

    pub(crate) fn digest_half(&self) -> &[u8] {
        &self.digest
    }
}

/// A seal and the digests of the rows that it covers.
pub(crate) struct Seal {
    pub(crate) id: i64,
    pub(crate) last: Position,
    pub(crate) rows: Vec<u8>,
    pub(crate) previous_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl Seal {
    /// Returns the id and digest of each row.
    pub(crate) fn digests(&self) -> impl Iterator<Item = (AuditId, &[u8])> {
        self.rows.chunks_exact(32).filter_map(|row| {
            let (id, digest) = row.split_at(16);
            Some((AuditId(Uuid::from_slice(id).ok()?), digest))
        })
    }
}

/// Tries to take the lock for sealing, which the end of the transaction releases. Returns whether it succeeded.
pub(crate) async fn lock_seals(db: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('audit_seals')) as "locked!""#)
        .fetch_one(db)
        .await
}

pub(crate) async fn last_seal(db: &mut PgConnection) -> Result<Option<Seal>, sqlx::Error> {
    let row = sqlx::query!(
        "
        select id, last_xid, last_id, rows, previous_hash, hash
        from audit_seals
        order by id desc
        limit 1
        "
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Seal {
        id: row.id,
        last: Position { xid: row.last_xid, id: row.last_id },
        rows: row.rows,
        previous_hash: row.previous_hash,
        hash: row.hash,
    }))
}

pub(crate) async fn seal_after(db: &mut PgConnection, id: i64) -> Result<Option<Seal>, sqlx::Error> {
    let row = sqlx::query!(
        "
        select id, last_xid, last_id, rows, previous_hash, hash
        from audit_seals
        where id > $1
        order by id
        limit 1
        ",
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Seal {
        id: row.id,
        last: Position { xid: row.last_xid, id: row.last_id },
        rows: row.rows,
        previous_hash: row.previous_hash,
        hash: row.hash,
    }))
}

/// Returns the rows after a position, up to another position or to the oldest open transaction.
pub(crate) async fn rows_after(
    db: &mut PgConnection,
    after: Position,
    until: Option<Position>,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        select xid, id, audit_row_digest(audit_logs) as "digest!"
        from audit_logs
        where (xid, id) > ($1, $2)
          and (xid, id) <= (coalesce($3, 9223372036854775807), $4::uuid)
          and xid < oldest_open_transaction()
        order by audit_logs.xid, id
        limit $5
        "#,
        after.xid,
        after.id,
        until.map(|until| until.xid),
        until.map_or(Uuid::max(), |until| until.id),
        limit,
    )
    .fetch_all(db)
    .await?;
    let row = |row: (i64, Uuid, Vec<u8>)| Row { position: Position { xid: row.0, id: row.1 }, digest: row.2 };
    Ok(rows.into_iter().map(|found| row((found.xid, found.id, found.digest))).collect())
}

/// Counts the rows after a position.
pub(crate) async fn count_after(db: &mut PgConnection, after: Position) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from audit_logs where (xid, id) > ($1, $2)"#,
        after.xid,
        after.id,
    )
    .fetch_one(db)
    .await
}

pub(crate) async fn insert_seal(
    db: &mut PgConnection,
    last: Position,
    rows: &[u8],
    previous_hash: &[u8],
    hash: &[u8],
    now: OffsetDateTime,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into audit_seals (last_xid, last_id, rows, previous_hash, hash, created_at)
         values ($1, $2, $3, $4, $5, $6)
         returning id",
        last.xid,
        last.id,
        rows,
        previous_hash,
        hash,
        now,
    )
    .fetch_one(db)
    .await
}

/// Returns rows whose personal data is present and differs from the hash that was stored with the row.
pub(crate) async fn changed_personal(db: &mut PgConnection) -> Result<Vec<AuditId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select audit_logs.id as "id: AuditId"
        from audit_personal
        join audit_logs on audit_logs.id = audit_personal.audit_id and audit_logs.created_at = audit_personal.created_at
        where audit_personal_hash(audit_personal.salt, audit_personal.ip_address, audit_personal.user_agent,
                                  audit_personal.details) is distinct from audit_logs.personal_hash
        limit 1000
        "#
    )
    .fetch_all(db)
    .await
}

/// Returns the start of the oldest month that was not dropped.
pub(crate) async fn oldest_partition(db: &mut PgConnection) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select min(to_date(right(child.relname, 7), 'YYYY_MM'))::timestamp at time zone 'UTC' as oldest
        from pg_inherits
        join pg_class as child on child.oid = pg_inherits.inhrelid
        where pg_inherits.inhparent = 'audit_logs'::regclass and child.relname ~ '_\d{4}_\d{2}$'
        "#
    )
    .fetch_one(db)
    .await
}

/// Creates the missing partitions of `months` months, starting with the current one. Returns their number.
pub(crate) async fn create_partitions(
    db: &PgPool,
    now: OffsetDateTime,
    months: i32,
) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(r#"select audit_create_partitions($1, $2) as "created!""#, now.date(), months)
        .fetch_one(db)
        .await
}

/// Drops the partitions of months that ended before a time, with their seals. Returns the number of partitions.
pub(crate) async fn drop_partitions(db: &PgPool, before: OffsetDateTime) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(r#"select audit_drop_partitions($1) as "dropped!""#, before.date())
        .fetch_one(db)
        .await
}

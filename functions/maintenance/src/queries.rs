//! All SQL of `maintenance`.

pub(crate) mod expired;
pub(crate) mod exports;
pub(crate) mod objects;
pub(crate) mod purge;
pub(crate) mod seals;
pub(crate) mod statistics;
pub(crate) mod uploads;

use shared::{
    base::ids::{DeadLetterId, ItemId, ProjectId},
    items::{ItemKind, ObjectName},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

/// An upload whose object is stored.
pub(crate) struct Upload {
    pub(crate) object: ObjectName,
    pub(crate) generation: i64,
    pub(crate) md5: Option<String>,
    pub(crate) attempt: i32,
    /// The number of failed attempts that count toward the maximum.
    pub(crate) failure_count: i32,
}

/// The columns of an upload that both queries select.
struct Row {
    id: ItemId,
    project_id: ProjectId,
    kind: ItemKind,
    upload_no: i32,
    generation: i64,
    md5: Option<String>,
    attempt: i32,
    failure_count: i32,
}

impl From<Row> for Upload {
    fn from(row: Row) -> Self {
        let Row { id: item_id, project_id, kind, upload_no, generation, md5, attempt, failure_count } = row;
        let object = ObjectName { kind, project_id, item_id, upload_no };
        Self { object, generation, md5, attempt, failure_count }
    }
}

/// Leases items whose lease or pause has ended or whose operation is due for a poll. Excludes items that wait for a
/// batch operation. If the message of an item is lost, the item is due again after another pause, which is as long as
/// the item has waited already: at least five minutes and at most an hour. An expired lease counts as a failed attempt
/// if another item of the kind was processed since the last failure, which shows that the engine works.
pub(crate) async fn lease_stuck_items(
    db: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Upload>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        with due as materialized (
            select id from items
            where status = 'processing' and deleted_at is null and (not needs_batch or operation is not null)
              and coalesce(next_attempt_at, lease_until) <= $1
              and coalesce(lease_until <= $1, true)
              and generation is not null
            order by coalesce(next_attempt_at, lease_until)
            limit $2
            for update skip locked
        )
        update items
        set lease_until = null,
            next_attempt_at = $1::timestamptz
                + least(greatest($1 - submitted_at, interval '5 minutes'), interval '1 hour'),
            failure_count = failure_count + (lease_until is not null and exists (
                select from items as other
                where other.kind = items.kind
                  and other.status in ('pending_review', 'approved', 'rejected')
                  and other.processed_at > greatest(items.submitted_at, items.last_failed_at)
            ))::integer,
            last_failed_at = case when lease_until is null then last_failed_at else $1 end
        from due
        where items.id = due.id
        returning items.id as "id: ItemId", project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no,
                  generation as "generation!", md5, attempt, failure_count
        "#,
        now,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Upload::from).collect())
}

/// Tries to take the lock for admitting operations, which the end of the transaction releases. Returns whether it
/// succeeded.
pub(crate) async fn lock_admission(db: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('batch_operations')) as "locked!""#)
        .fetch_one(db)
        .await
}

/// The time for which an admitted item counts against the quota before its operation starts.
const IN_FLIGHT: Duration = Duration::minutes(1);
/// The maximum difference between the clocks of two instances that admit items.
const CLOCK_SKEW: Duration = Duration::seconds(10);

/// Reserves items that wait for a batch operation, until `next`. Their maximum number is the limit `operations`, minus
/// the running operations and the operations that are about to start.
pub(crate) async fn lease_waiting(
    db: &mut PgConnection,
    kind: ItemKind,
    now: OffsetDateTime,
    next: OffsetDateTime,
    operations: i64,
) -> Result<Vec<Upload>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        with due as materialized (
            select id from items
            where kind = $1 and status = 'processing' and deleted_at is null and needs_batch and operation is null
              and coalesce(next_attempt_at, lease_until) <= $2
              and coalesce(lease_until <= $2, true)
              and generation is not null
            order by coalesce(next_attempt_at, lease_until)
            limit greatest(0, $5 - (
                select count(*) from items
                where kind = $1 and operation is not null and status = 'processing' and deleted_at is null
            ) - (
                select count(*) from items
                where kind = $1 and status = 'processing' and deleted_at is null and needs_batch and operation is null
                  and coalesce(next_attempt_at, lease_until) > $2
                  and (lease_until > $2 or next_attempt_at > $4 and next_attempt_at <= $6)
            ))
            for update skip locked
        )
        update items set next_attempt_at = $3
        from due
        where items.id = due.id
        returning items.id as "id: ItemId", project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no,
                  generation as "generation!", md5, attempt, failure_count
        "#,
        kind as _,
        now,
        next,
        next - IN_FLIGHT,
        operations,
        next + CLOCK_SKEW,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Upload::from).collect())
}

/// A message that Pub/Sub could not deliver.
pub(crate) struct DeadLetter<'a> {
    /// The id of the subscription.
    pub(crate) subscription: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) attributes: serde_json::Value,
    pub(crate) data: String,
    pub(crate) delivery_attempts: Option<i32>,
    /// True if the message is an event that can be published again.
    pub(crate) is_replayable: bool,
    /// A hash that messages about the same work share.
    pub(crate) subject_hash: Vec<u8>,
    /// SHA-256 of attributes and data. The cause of the failure is stored under it in `delivery_errors`.
    pub(crate) content_hash: Vec<u8>,
}

/// Stores a dead letter, or replaces an earlier dead letter about the same work. Returns true if there was none.
pub(crate) async fn upsert_dead_letter(
    db: &PgPool,
    letter: &DeadLetter<'_>,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        insert into dead_letters
            (id, subscription, subject_hash, message_id, attributes, data, delivery_attempts, replayable, created_at,
             cause)
        values (
            $1, $2, $8, $3, $4, $5, $6, $10, $7,
            (select cause from delivery_errors where subscription = $2 and message_hash = $9)
        )
        on conflict on constraint dead_letters_subscription_subject_hash_key do update
        set message_id = excluded.message_id, attributes = excluded.attributes, data = excluded.data,
            delivery_attempts = excluded.delivery_attempts, replayable = excluded.replayable,
            cause = coalesce(excluded.cause, dead_letters.cause)
        returning xmax = 0 as "is_first!"
        "#,
        DeadLetterId::new().0,
        letter.subscription,
        letter.message_id,
        letter.attributes,
        letter.data,
        letter.delivery_attempts,
        now,
        letter.subject_hash,
        letter.content_hash,
        letter.is_replayable,
    )
    .fetch_one(db)
    .await
}

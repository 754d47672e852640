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
    cloud::push::subscription_id,
    items::{ItemKind, ObjectName},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

/// An upload whose object is stored.
pub(crate) struct Upload {
    pub(crate) object: ObjectName,
    pub(crate) generation: i64,
    pub(crate) md5: Option<String>,
}

/// The columns of an upload that both queries select.
struct Row {
    id: ItemId,
    project_id: ProjectId,
    kind: ItemKind,
    upload_no: i32,
    generation: i64,
    md5: Option<String>,
}

impl From<Row> for Upload {
    fn from(row: Row) -> Self {
        let Row { id: item_id, project_id, kind, upload_no, generation, md5 } = row;
        Self { object: ObjectName { kind, project_id, item_id, upload_no }, generation, md5 }
    }
}

/// Reserves items until `next` whose lease or pause has ended or whose operation is due for a poll. Excludes items that
/// wait for a batch operation.
pub(crate) async fn take_stuck(
    db: &mut PgConnection,
    now: OffsetDateTime,
    next: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Upload>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        with taken as materialized (
            select id from items
            where status = 'processing' and deleted_at is null and (not needs_batch or operation is not null)
              and coalesce(next_attempt_at, lease_until) <= $1
            order by coalesce(next_attempt_at, lease_until)
            limit $3
            for update skip locked
        )
        update items set next_attempt_at = $2
        from taken
        where items.id = taken.id
        returning items.id as "id: ItemId", project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no,
                  generation as "generation!", md5
        "#,
        now,
        next,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Upload::from).collect())
}

/// Takes the lock to admit operations, until the end of the transaction. Returns whether it succeeded.
pub(crate) async fn lock_admission(db: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('batch_operations')) as "locked!""#)
        .fetch_one(db)
        .await
}

/// The time for which an admitted item counts against the quota before its operation starts.
const UNDERWAY: Duration = Duration::minutes(1);
/// The maximum difference to the clock of another instance that admitted items.
const CLOCK_SKEW: Duration = Duration::seconds(10);

/// Reserves items until `next` that wait for a batch operation: as many as the limit `operations` leaves beside the
/// running operations and those about to start.
pub(crate) async fn take_waiting(
    db: &mut PgConnection,
    kind: ItemKind,
    now: OffsetDateTime,
    next: OffsetDateTime,
    operations: i64,
) -> Result<Vec<Upload>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        with taken as materialized (
            select id from items
            where kind = $1 and status = 'processing' and deleted_at is null and needs_batch and operation is null
              and coalesce(next_attempt_at, lease_until) <= $2
            order by coalesce(next_attempt_at, lease_until)
            limit greatest(0, $5 - (
                select count(*) from items
                where kind = $1 and operation is not null and status = 'processing' and deleted_at is null
            ) - (
                select count(*) from items
                where kind = $1 and status = 'processing' and deleted_at is null and needs_batch and operation is null
                  and coalesce(next_attempt_at, lease_until) > $2
                  and coalesce(next_attempt_at, lease_until) <= $6
                  and (lease_until > $2 or next_attempt_at > $4)
            ))
            for update skip locked
        )
        update items set next_attempt_at = $3
        from taken
        where items.id = taken.id
        returning items.id as "id: ItemId", project_id as "project_id: ProjectId", kind as "kind: ItemKind", upload_no,
                  generation as "generation!", md5
        "#,
        kind as _,
        now,
        next,
        next - UNDERWAY,
        operations,
        next + CLOCK_SKEW,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Upload::from).collect())
}

/// A message that Pub/Sub could not deliver.
pub(crate) struct DeadLetter<'a> {
    pub(crate) subscription: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) attributes: serde_json::Value,
    pub(crate) data: String,
    pub(crate) delivery_attempts: Option<i32>,
    /// The hash by which the cause of the failure is found.
    pub(crate) content_hash: Vec<u8>,
}

/// Stores a dead letter. Idempotent, since Pub/Sub may deliver a dead letter more than once.
pub(crate) async fn insert_dead_letter(
    db: &PgPool,
    letter: &DeadLetter<'_>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        insert into dead_letters
            (id, subscription, message_id, attributes, data, delivery_attempts, created_at, cause)
        values (
            $1, $2, $3, $4, $5, $6, $7,
            (select cause from delivery_errors where subscription = $8 and message_hash = $9)
        )
        on conflict on constraint dead_letters_subscription_message_id_key do nothing
        ",
        DeadLetterId::new().0,
        letter.subscription,
        letter.message_id,
        letter.attributes,
        letter.data,
        letter.delivery_attempts,
        now,
        subscription_id(letter.subscription),
        letter.content_hash,
    )
    .execute(db)
    .await?;
    Ok(())
}

//! The requests to an engine in the current minute.

use sqlx::PgPool;
use time::OffsetDateTime;

/// Counts requests against a quota for this minute. Returns false, and counts nothing, if they exceed the quota. The
/// first requests of a minute never exceed it. All instances update one row, so its lock is not held while the disk
/// writes: after a crash of the database server, a few more requests than the quota may be sent, which the engine
/// refuses.
pub(in super::super) async fn charge_requests(
    db: &PgPool,
    quota: &str,
    requests: i32,
    per_minute: i32,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let charged = sqlx::query!(
        "
        insert into engine_requests (quota, minute, requests)
        select $1, date_trunc('minute', $2::timestamptz), $3 from commit_without_waiting()
        on conflict on constraint engine_requests_pkey do update
        set minute = greatest(engine_requests.minute, excluded.minute),
            requests = excluded.requests
                + case when engine_requests.minute < excluded.minute then 0 else engine_requests.requests end
        where engine_requests.minute < excluded.minute or engine_requests.requests <= $4 - excluded.requests
        returning requests
        ",
        quota,
        now,
        requests,
        per_minute,
    )
    .fetch_optional(db)
    .await?;
    Ok(charged.is_some())
}

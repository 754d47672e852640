//! Queries of claims.

use shared::base::ids::{ItemId, UserId};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::model::{ClaimLimits, LiveClaims, Order, Queue};

/// Locks the claims of a reviewer, so that concurrent requests of one reviewer do not exceed the limit together.
pub(crate) async fn lock_claims(db: &mut PgConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from users where id = $1 for no key update", user.0).fetch_optional(db).await?;
    Ok(())
}

/// Finds the number of active claims of a reviewer, and the claimed item of this queue whose claim expires first.
pub(crate) async fn find_claims(
    db: &mut PgConnection,
    queue: &Queue,
    now: OffsetDateTime,
) -> Result<LiveClaims, sqlx::Error> {
    sqlx::query_as!(
        LiveClaims,
        r#"
        select count(*) as "count!",
               (array_agg(id order by claimed_until) filter (where project_id = $1 and ($4::text is null or kind = $4)))[1]
                   as "first: ItemId"
        from review_queue
        where claimed_by_id = $2 and claimed_until > $3
        "#,
        queue.project_id.0,
        queue.user.0,
        now,
        queue.kind as _,
    )
    .fetch_one(db)
    .await
}

/// Claims the first item of a queue. Each combination of order and filter has its own statement, so that it uses the
/// index of that order.
macro_rules! claim_first {
    ($kind:literal, $order:literal, $($argument:expr),*) => {
        sqlx::query_scalar!(
            r#"
            update items
            set claimed_by_id = $2, claimed_until = $5
            where id = (
                select id
                from review_queue
                where project_id = $1
                  and coalesce(claimed_until <= $3, true)
                  and (uploaded_by_id <> $2 or $4)
                  and "# + $kind + "
                order by " + $order + r#"
                limit 1
                for update skip locked
            )
            returning id as "id: ItemId"
            "#,
            $($argument),*
        )
    };
}

/// Claims the first unclaimed item of a queue. Skips items that another request has locked, so that requests do not
/// wait for each other.
pub(crate) async fn claim_next(
    db: &mut PgConnection,
    queue: &Queue,
    limits: &ClaimLimits,
) -> Result<Option<ItemId>, sqlx::Error> {
    let (project, user) = (queue.project_id.0, queue.user.0);
    let ClaimLimits { includes_own, now, until } = *limits;
    match (queue.order, queue.kind) {
        (Order::Oldest, None) => {
            claim_first!("true", "id", project, user, now, includes_own, until).fetch_optional(db).await
        }
        (Order::Oldest, Some(kind)) => {
            claim_first!("kind = $6", "id", project, user, now, includes_own, until, kind as _)
                .fetch_optional(db)
                .await
        }
        (Order::Confidence, None) => {
            claim_first!("true", "queue_confidence, id", project, user, now, includes_own, until)
                .fetch_optional(db)
                .await
        }
        (Order::Confidence, Some(kind)) => {
            claim_first!(
                "kind = $6",
                "queue_confidence, id",
                project,
                user,
                now,
                includes_own,
                until,
                kind as _
            )
            .fetch_optional(db)
            .await
        }
    }
}

/// Claims an item that awaits a decision, unless another reviewer has claimed it. Returns whether it was claimed.
pub(crate) async fn claim(
    db: &mut PgConnection,
    id: ItemId,
    user: UserId,
    now: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let claimed = sqlx::query!(
        "
        update items
        set claimed_by_id = $2, claimed_until = $4
        where id = $1 and status = 'pending_review' and deleted_at is null
          and (claimed_by_id = $2 or coalesce(claimed_until <= $3, true))
        ",
        id.0,
        user.0,
        now,
        until,
    )
    .execute(db)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Releases the user's claim on an item, if there is one.
pub(crate) async fn release(db: &PgPool, id: ItemId, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set claimed_by_id = null, claimed_until = null where id = $1 and claimed_by_id = $2",
        id.0,
        user.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

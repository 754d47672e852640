//! Claims: the temporary, exclusive right of a reviewer to decide on an item.

use shared::{
    base::{
        clock::Clock,
        ids::{ItemId, UserId},
    },
    http::problem::{Code, OrNotFound as _, Problem, Result},
};
use sqlx::PgPool;
use time::Duration;

use crate::{
    model::{ClaimLimits, Order, Queue, ReviewItem},
    queries,
    reviewer::Reviewer,
};

/// The duration of a claim, unless it is renewed.
const CLAIM_DURATION: Duration = Duration::minutes(15);
/// The maximum number of active claims of a reviewer.
const MAX_CLAIMS: i64 = 20;

/// Claims and releases items.
#[derive(Clone)]
pub(crate) struct Claims {
    pub(crate) db: PgPool,
    pub(crate) clock: Clock,
}

impl Claims {
    /// Claims an item, or renews the caller's claim.
    pub(crate) async fn claim(&self, reviewer: &Reviewer, id: ItemId) -> Result<ReviewItem> {
        let (user, now) = (reviewer.user, self.clock.now());
        let mut tx = self.db.begin().await?;
        queries::lock_claims(&mut tx, user).await?;
        let item = queries::get_item(&mut tx, id, reviewer.project_id).await?.or_not_found()?;
        item.check_pending()?;
        if item.is_claimed_by_another(user, now) {
            return Err(Problem::new(Code::Claimed));
        }
        let everything = Queue { project_id: item.project_id, kind: None, order: Order::Oldest, user };
        if !item.is_claimed(now) && queries::find_claims(&mut tx, &everything, now).await?.count >= MAX_CLAIMS
        {
            return Err(Problem::new(Code::TooManyClaims));
        }
        let claimed = queries::claim(&mut tx, id, user, now, now + CLAIM_DURATION).await?;
        let item = queries::get_item(&mut tx, id, reviewer.project_id).await?.or_not_found()?;
        if !claimed {
            // Another request was faster.
            item.check_pending()?;
            return Err(Problem::new(Code::Claimed));
        }
        tx.commit().await?;
        Ok(item)
    }

    /// Claims the next item of a queue: first the item that the caller has already claimed, then an unclaimed item.
    ///
    /// # Errors
    /// 409 when all claims of the caller are in other queues.
    pub(crate) async fn claim_next(&self, reviewer: &Reviewer, queue: &Queue) -> Result<Option<ReviewItem>> {
        let now = self.clock.now();
        let until = now + CLAIM_DURATION;
        let mut tx = self.db.begin().await?;
        queries::lock_claims(&mut tx, queue.user).await?;
        let claims = queries::find_claims(&mut tx, queue, now).await?;
        let claimed = match claims.first {
            Some(id) => queries::claim(&mut tx, id, queue.user, now, until).await?.then_some(id),
            None if claims.count >= MAX_CLAIMS => return Err(Problem::new(Code::TooManyClaims)),
            None => {
                let includes_own = reviewer.may_decide_own(&mut tx).await?;
                queries::claim_next(&mut tx, queue, &ClaimLimits { includes_own, now, until }).await?
            }
        };
        let Some(id) = claimed else { return Ok(None) };
        let item = queries::get_item(&mut tx, id, queue.project_id).await?.or_not_found()?;
        tx.commit().await?;
        Ok(Some(item))
    }

    /// Releases the caller's claim. A claim of another reviewer is unaffected.
    pub(crate) async fn release(&self, id: ItemId, user: UserId) -> Result<()> {
        Ok(queries::release(&self.db, id, user).await?)
    }
}

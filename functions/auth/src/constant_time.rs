//! Responses with a constant delay, so that their timing does not reveal which addresses have an account.

use std::time::Duration;

use shared::cloud::outbox;
use tokio::time::sleep;

/// Longer than these requests take on a machine that is not overloaded: publishing takes up to its budget, whenever an
/// event is recorded, and the rest is for the database and a password hash.
const FLOOR: Duration = outbox::BUDGET.saturating_add(Duration::from_millis(100));

/// Returns the result of `work`, but not before [`FLOOR`] has passed.
pub(crate) async fn respond<T>(work: impl Future<Output = T>) -> T {
    let (result, ()) = tokio::join!(work, sleep(FLOOR));
    result
}

//! Responses with a constant delay, so that their timing does not reveal which addresses have an account.

use std::time::Duration;

use shared::cloud::outbox;
use tokio::time::sleep;

/// The minimum duration of a response. Longer than these requests take unless the machine is overloaded: the publishing
/// of an event takes at most its budget, and the additional time is for the database and a password hash.
const FLOOR: Duration = outbox::BUDGET.saturating_add(Duration::from_millis(100));

/// Returns the result of `work`, but not before [`FLOOR`] has passed.
pub(crate) async fn respond<T>(work: impl Future<Output = T>) -> T {
    let (result, ()) = tokio::join!(work, sleep(FLOOR));
    result
}

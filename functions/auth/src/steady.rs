//! Responses with a constant delay, so that their timing does not reveal which addresses have an account.

use std::time::Duration;

use tokio::time::sleep;

/// Longer than these requests take on a machine that is not overloaded, password hashing included.
const FLOOR: Duration = Duration::from_millis(40);

/// Returns the result of `work`, but not before [`FLOOR`] has passed.
pub(crate) async fn respond<T>(work: impl Future<Output = T>) -> T {
    let (result, ()) = tokio::join!(work, sleep(FLOOR));
    result
}

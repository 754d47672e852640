//! Publishes outbox events that the function that recorded them did not publish in time.

use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use shared::{
    base::ids::EventId,
    cloud::{outbox, push::Scheduled},
    http::{extract::Json, problem::Result},
};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::AppState;

/// The maximum number of rows in one lease.
const BATCH: i64 = 200;
/// The time after which a run leases no more rows. The next run starts within a minute, and may overlap with this one.
const BUDGET: Duration = Duration::from_secs(20);

/// The result of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Swept {
    published: usize,
}

/// Handles the schedule `sweep-outbox`.
pub(crate) async fn sweep_outbox(State(app): State<AppState>, _: Scheduled) -> Result<Json<Swept>> {
    let start = Instant::now();
    let (mut published, mut oldest) = (0, None);
    while start.elapsed() < BUDGET {
        let now = app.clock.now();
        let batch = outbox::lease(&app.db, now, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        oldest = oldest.max(batch.iter().filter_map(|event| age(event.id, now)).max());
        published += app.outbox.publish(batch).await?;
    }
    // The alert on the outbox reads this line (terraform/monitoring.tf).
    if let Some(oldest_seconds) = oldest {
        tracing::info!(oldest_seconds, published, "the outbox was swept");
    }
    Ok(Json(Swept { published }))
}

/// The age of an event in seconds: the first 48 bits of its id (UUIDv7) are the time.
fn age(id: EventId, now: OffsetDateTime) -> Option<u64> {
    let (made, _) = id.0.get_timestamp()?.to_unix();
    Some(u64::try_from(now.unix_timestamp()).ok()?.saturating_sub(made))
}

#[cfg(test)]
mod tests {
    use shared::base::ids::EventId;
    use time::{Duration, OffsetDateTime};
    use uuid::{Timestamp, Uuid};

    use super::age;

    #[test]
    fn the_age_of_an_event_is_the_age_of_its_id() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let made = u64::try_from(now.unix_timestamp()).expect("after 1970") - 700;
        let id = EventId(Uuid::new_v7(Timestamp::from_unix_time(made, 0, 0, 0)));
        assert_eq!(age(id, now), Some(700));
        // The clock of the writer may be ahead.
        assert_eq!(age(id, now - Duration::seconds(701)), Some(0));
    }
}

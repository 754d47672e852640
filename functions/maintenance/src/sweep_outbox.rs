//! Publishes events that their writer did not get out in time.

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

/// Rows leased at once.
const BATCH: i64 = 200;
/// When a run stops taking more: the next one comes within a minute, and may run beside this one.
const BUDGET: Duration = Duration::from_secs(20);

/// What a run did.
#[derive(Debug, Serialize)]
pub(crate) struct Swept {
    published: usize,
}

/// Runs the sweep.
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
    // What the alert on the outbox goes by (terraform/monitoring.tf).
    if let Some(oldest_seconds) = oldest {
        tracing::info!(oldest_seconds, published, "the outbox was swept");
    }
    Ok(Json(Swept { published }))
}

/// How long an event has been waiting, in seconds: the first 48 bits of its id (UUIDv7) are the time.
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
    fn an_event_is_as_old_as_its_id() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let made = u64::try_from(now.unix_timestamp()).expect("after 1970") - 700;
        let id = EventId(Uuid::new_v7(Timestamp::from_unix_time(made, 0, 0, 0)));
        assert_eq!(age(id, now), Some(700));
        // Clocks differ a little.
        assert_eq!(age(id, now - Duration::seconds(701)), Some(0));
    }
}

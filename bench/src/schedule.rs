//! Calls the functions' tasks as Cloud Scheduler does, but more often.

use std::{sync::Arc, time::Duration};

use functions::FUNCTIONS;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::cloud::Cloud;

/// The timeout of a call. The task itself continues after it.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Calls every task once a second until the set is dropped.
pub(crate) fn start(cloud: &Arc<Cloud>) -> JoinSet<()> {
    let client = reqwest::Client::new();
    let mut tasks = JoinSet::new();
    let all =
        FUNCTIONS.iter().flat_map(|function| function.schedules.iter().map(move |task| (function, task)));
    for (function, schedule) in all {
        let (cloud, client) = (Arc::clone(cloud), client.clone());
        tasks.spawn(async move {
            let mut ticks = interval(Duration::from_secs(1));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let url = cloud.relay.url(function.name, &schedule.path());
            loop {
                ticks.tick().await;
                // A failed call is repeated in the next second.
                let _ = client.post(&url).bearer_auth(cloud.push_token()).timeout(TIMEOUT).send().await;
            }
        });
    }
    tasks
}

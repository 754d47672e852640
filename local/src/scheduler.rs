//! Calls the functions' tasks as Cloud Scheduler does: periodically, by POST, with an OIDC token.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use functions::{Descriptor, FUNCTIONS};
use local_identity::Identity;
use shared::cloud::names::Schedule;
use tokio::{task::JoinSet, time::MissedTickBehavior};

use crate::error::{Error, Result};

/// The timeout of a call. Cloud Scheduler's is longer, but tasks are short here.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Calls every task at once and then on its schedule, until the set is dropped.
pub(crate) fn start(
    tasks: &mut JoinSet<Result<()>>,
    identity: &Identity,
    functions: &HashMap<&'static str, SocketAddr>,
) {
    let client = reqwest::Client::new();
    let all =
        FUNCTIONS.iter().flat_map(|function| function.schedules.iter().map(move |task| (function, task)));
    for (function, schedule) in all {
        let Some(address) = functions.get(function.name).copied() else { continue };
        let (client, identity) = (client.clone(), identity.clone());
        tasks.spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs(schedule.every_seconds.into()));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if let Err(error) = call(&client, &identity, function, address, schedule).await {
                    tracing::warn!(target: "platform", "the task {} failed: {error}", schedule.name);
                }
            }
        });
    }
}

async fn call(
    client: &reqwest::Client,
    identity: &Identity,
    function: &Descriptor,
    address: SocketAddr,
    schedule: &Schedule,
) -> Result<()> {
    let answer = client
        .post(format!("http://{address}{}", schedule.path()))
        .bearer_auth(identity.id_token(function.name, identity.email()))
        .timeout(TIMEOUT)
        .send()
        .await
        .map_err(|error| Error::because("no answer", &error))?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(Error::new(format!("the task returned {}", answer.status())))
    }
}

//! The push subscriptions, as Terraform makes them in the cloud.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use local_identity::Identity;
use local_pubsub::{
    DeadLetterPolicy, ExpirationPolicy, OidcToken, PubSub, PushConfig, RetryPolicy, Subscription,
};
use shared::cloud::names::{self, SUBSCRIPTIONS, Topic};

use crate::error::{Error, Result};

/// Makes every subscription, or points the one that is there to where its function listens now.
pub(crate) async fn declare(
    pubsub: &PubSub,
    identity: &Identity,
    functions: &HashMap<&'static str, SocketAddr>,
) -> Result<()> {
    for wanted in SUBSCRIPTIONS {
        let Some(function) = functions.get(wanted.function) else {
            return Err(Error::new(format!("no function is called {}", wanted.function)));
        };
        let made = pubsub.create_subscription(subscription(wanted, identity, *function)).await;
        made.map_err(|error| {
            Error::because(format!("cannot make the subscription {}", wanted.name), &error)
        })?;
    }
    Ok(())
}

fn subscription(wanted: names::Subscription, identity: &Identity, function: SocketAddr) -> Subscription {
    let seconds = |seconds: u32| Some(Duration::from_secs(seconds.into()));
    Subscription {
        name: wanted.name.to_owned(),
        topic: wanted.topic.name().to_owned(),
        push_config: Some(PushConfig {
            push_endpoint: format!("http://{function}{}", wanted.path),
            oidc_token: Some(OidcToken {
                service_account_email: identity.email().to_owned(),
                audience: wanted.function.to_owned(),
            }),
            ..PushConfig::default()
        }),
        ack_deadline_seconds: names::ACK_DEADLINE_SECONDS,
        filter: wanted.filter.unwrap_or_default().to_owned(),
        expiration_policy: Some(ExpirationPolicy { ttl: None }),
        dead_letter_policy: wanted.dead_letters.then(|| DeadLetterPolicy {
            dead_letter_topic: Topic::DeadLetters.name().to_owned(),
            max_delivery_attempts: names::MAX_DELIVERY_ATTEMPTS,
        }),
        retry_policy: Some(RetryPolicy {
            minimum_backoff: seconds(names::MINIMUM_BACKOFF_SECONDS),
            maximum_backoff: seconds(names::MAXIMUM_BACKOFF_SECONDS),
        }),
        ..Subscription::default()
    }
}

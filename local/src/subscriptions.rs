//! The push subscriptions, as Terraform creates them in the cloud.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use functions::FUNCTIONS;
use local_identity::Identity;
use local_pubsub::{
    DeadLetterPolicy, ExpirationPolicy, OidcToken, PubSub, PushConfig, RetryPolicy, Subscription,
};
use shared::cloud::names::{self, Topic};

use crate::error::{Error, Result};

/// Creates every subscription, or updates its push endpoint.
pub(crate) async fn declare(
    pubsub: &PubSub,
    identity: &Identity,
    functions: &HashMap<&'static str, SocketAddr>,
) -> Result<()> {
    for function in FUNCTIONS {
        let Some(address) = functions.get(function.name) else { continue };
        for declared in function.subscriptions() {
            let created = subscription(function.name, &declared, identity, *address);
            let name = created.name.clone();
            let created = pubsub.create_subscription(created).await;
            created
                .map_err(|error| Error::because(format!("cannot create the subscription {name}"), &error))?;
        }
    }
    Ok(())
}

fn subscription(
    function: &str,
    declared: &names::Subscription,
    identity: &Identity,
    address: SocketAddr,
) -> Subscription {
    let seconds = |seconds: u32| Some(Duration::from_secs(seconds.into()));
    Subscription {
        name: declared.name(function),
        topic: declared.topic.name().to_owned(),
        push_config: Some(PushConfig {
            push_endpoint: format!("http://{address}{}", declared.path),
            oidc_token: Some(OidcToken {
                service_account_email: identity.email().to_owned(),
                audience: function.to_owned(),
            }),
            ..PushConfig::default()
        }),
        ack_deadline_seconds: names::ACK_DEADLINE_SECONDS,
        filter: declared.filter.clone().unwrap_or_default(),
        expiration_policy: Some(ExpirationPolicy { ttl: None }),
        dead_letter_policy: declared.has_dead_letters().then(|| DeadLetterPolicy {
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

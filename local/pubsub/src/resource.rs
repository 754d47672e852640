//! Topics and subscriptions in the API's format, with the checks of the real service.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    filter::Filter,
    names::{self, DELETED_TOPIC, Kind},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A topic (<https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics>).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Topic {
    /// The full name or the id.
    pub name: String,
    /// Labels, stored without effect.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// A subscription (<https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions>).
///
/// Omitted fields get the defaults of the real service. Fields that this stand-in does not support are rejected
/// as unknown, never ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Subscription {
    /// The full name or the id.
    pub name: String,
    /// The topic's full name, or its id.
    pub topic: String,
    /// The push endpoint. Without it, messages wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_config: Option<PushConfig>,
    /// The time limit of a delivery: 10 to 600 seconds, 0 for the default of 10.
    pub ack_deadline_seconds: u32,
    /// The time that undelivered messages are kept: 10 minutes to 31 days, 7 days by default.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub message_retention_duration: Option<Duration>,
    /// Labels, stored without effect.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// A filter by attributes. Empty matches all messages.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// The expiration policy, stored without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_policy: Option<ExpirationPolicy>,
    /// The destination of messages that fail too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letter_policy: Option<DeadLetterPolicy>,
    /// The delays after failed deliveries. Without it, messages are retried at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
}

/// The destination of pushes, and their authentication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PushConfig {
    /// The URL that receives a POST for each message.
    pub push_endpoint: String,
    /// Attributes such as `x-goog-version`, stored without effect.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The OIDC token to send. Without it, deliveries have no token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc_token: Option<OidcToken>,
}

/// The OIDC token of push deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OidcToken {
    /// The `email` claim of the token.
    pub service_account_email: String,
    /// The `aud` claim of the token. Empty means the push endpoint.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audience: String,
}

/// The expiration policy of a subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ExpirationPolicy {
    /// The idle time before expiration. Absent means never.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Duration>,
}

/// The destination of messages that fail too often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DeadLetterPolicy {
    /// The full name or the id of the topic.
    pub dead_letter_topic: String,
    /// The number of deliveries before a message moves: 5 to 100, 0 for the default of 5.
    pub max_delivery_attempts: u32,
}

/// The delay after a failed delivery. It doubles after each failure, within these bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// The delay after the first failure: at most 600 seconds, 10 seconds by default.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub minimum_backoff: Option<Duration>,
    /// The longest delay: at most 600 seconds, 600 seconds by default.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub maximum_backoff: Option<Duration>,
}

impl RetryPolicy {
    const MAXIMUM: Duration = Duration::from_secs(600);

    /// Returns the two bounds, with defaults filled in.
    pub(crate) fn bounds(&self) -> (Duration, Duration) {
        let maximum = self.maximum_backoff.unwrap_or(Self::MAXIMUM);
        (self.minimum_backoff.unwrap_or(Duration::from_secs(10)).min(maximum), maximum)
    }
}

impl Subscription {
    /// Fills in full names and defaults, and rejects what the real service would reject.
    pub(crate) fn checked(mut self, project: &str) -> Result<Self, Error> {
        let id = names::id(project, Kind::Subscription, &self.name)?;
        self.name = names::full(project, Kind::Subscription, id);
        if self.topic != DELETED_TOPIC {
            let id = names::id(project, Kind::Topic, &self.topic)?;
            self.topic = names::full(project, Kind::Topic, id);
        }
        Filter::parse(&self.filter)?;
        if self.ack_deadline_seconds == 0 {
            self.ack_deadline_seconds = 10;
        }
        let retention = *self.message_retention_duration.get_or_insert(7 * DAY);
        require(
            (10..=600).contains(&self.ack_deadline_seconds),
            "Invalid ack deadline given: it must be 10 to 600 s.",
        )?;
        require(
            (Duration::from_secs(600)..=31 * DAY).contains(&retention),
            "Invalid message retention duration given: it must be 10 minutes to 31 days.",
        )?;
        if self.push_config.as_ref().is_some_and(|push| push.push_endpoint.is_empty()) {
            self.push_config = None;
        }
        if let Some(push) = &self.push_config {
            let url = push.push_endpoint.parse::<reqwest::Url>();
            require(
                url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
                "Invalid push endpoint given (endpoint must be an HTTP or HTTPS URL).",
            )?;
            let oidc = push.oidc_token.as_ref();
            require(
                oidc.is_none_or(|oidc| oidc.service_account_email.contains('@')),
                "Invalid service account email given.",
            )?;
        }
        if let Some(dead) = &mut self.dead_letter_policy {
            let id = names::id(project, Kind::Topic, &dead.dead_letter_topic)?;
            dead.dead_letter_topic = names::full(project, Kind::Topic, id);
            if dead.max_delivery_attempts == 0 {
                dead.max_delivery_attempts = 5;
            }
            require(
                (5..=100).contains(&dead.max_delivery_attempts),
                "Invalid maximum delivery attempts given: they must be 5 to 100.",
            )?;
        }
        if let Some(retry) = &self.retry_policy {
            let (minimum, maximum) = (retry.minimum_backoff, retry.maximum_backoff);
            let longest = minimum.max(maximum).unwrap_or_default();
            require(longest <= RetryPolicy::MAXIMUM, "Invalid backoff given: it must be 0 to 600 s.")?;
            require(
                minimum.zip(maximum).is_none_or(|(minimum, maximum)| minimum <= maximum),
                "Invalid backoff given: the minimum is longer than the maximum.",
            )?;
        }
        Ok(self)
    }
}

fn require(condition: bool, message: &str) -> Result<(), Error> {
    if condition { Ok(()) } else { Err(Error::InvalidArgument(message.to_owned())) }
}

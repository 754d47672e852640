//! Topics and subscriptions as the API writes them, and what the real service checks of them.

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
    /// Its full name, or its id.
    pub name: String,
    /// Anything that helps to find it; without effect.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// A subscription (<https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions>).
///
/// What is left at its default becomes what the real service takes as default. A field that this
/// stand-in does not honour is refused as unknown, never ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Subscription {
    /// Its full name, or its id.
    pub name: String,
    /// The topic's full name, or its id.
    pub topic: String,
    /// Where messages are pushed to; without it they wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_config: Option<PushConfig>,
    /// How long a delivery may take: 10 to 600 seconds, 0 for the default of 10.
    pub ack_deadline_seconds: u32,
    /// How long an undelivered message is kept: 10 minutes to 31 days, 7 days by default.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub message_retention_duration: Option<Duration>,
    /// Anything that helps to find it; without effect.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Which messages it wants, by attribute; all by default.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// When it would be deleted for want of use; kept, without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_policy: Option<ExpirationPolicy>,
    /// Where messages go that fail too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letter_policy: Option<DeadLetterPolicy>,
    /// How long a failed message waits; without it, it does not wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
}

/// Where and how messages are pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PushConfig {
    /// The URL that takes a POST for each message.
    pub push_endpoint: String,
    /// `x-goog-version`, for those who send it; without effect.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Whose OIDC token a delivery carries; none without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc_token: Option<OidcToken>,
}

/// The OIDC token of push deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OidcToken {
    /// The token's `email`.
    pub service_account_email: String,
    /// The token's `aud`; the push endpoint when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub audience: String,
}

/// When a subscription would expire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ExpirationPolicy {
    /// After how much idle time; never when absent.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Duration>,
}

/// Where messages go that fail too often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DeadLetterPolicy {
    /// The topic's full name, or its id.
    pub dead_letter_topic: String,
    /// After how many deliveries: 5 to 100, 0 for the default of 5.
    pub max_delivery_attempts: u32,
}

/// How long a failed message waits: twice as long after each failure, within these bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// After the first failure; at most 600 seconds, 10 seconds by default.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub minimum_backoff: Option<Duration>,
    /// At most; at most 600 seconds, 600 seconds by default.
    #[serde(with = "crate::duration", skip_serializing_if = "Option::is_none")]
    pub maximum_backoff: Option<Duration>,
}

impl RetryPolicy {
    const MAXIMUM: Duration = Duration::from_secs(600);

    /// The two bounds, with the defaults filled in.
    pub(crate) fn bounds(&self) -> (Duration, Duration) {
        let maximum = self.maximum_backoff.unwrap_or(Self::MAXIMUM);
        (self.minimum_backoff.unwrap_or(Duration::from_secs(10)).min(maximum), maximum)
    }
}

impl Subscription {
    /// Fills in names and defaults, and refuses what the real service refuses.
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
        demand((10..=600).contains(&self.ack_deadline_seconds), "Invalid ack deadline given: 10 to 600 s.")?;
        demand(
            (Duration::from_secs(600)..=31 * DAY).contains(&retention),
            "Invalid message retention duration given: 10 minutes to 31 days.",
        )?;
        if self.push_config.as_ref().is_some_and(|push| push.push_endpoint.is_empty()) {
            self.push_config = None;
        }
        if let Some(push) = &self.push_config {
            let url = push.push_endpoint.parse::<reqwest::Url>();
            demand(
                url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
                "Invalid push endpoint given (endpoint must be an HTTP or HTTPS URL).",
            )?;
            let oidc = push.oidc_token.as_ref();
            demand(
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
            demand(
                (5..=100).contains(&dead.max_delivery_attempts),
                "Invalid maximum delivery attempts given: 5 to 100.",
            )?;
        }
        if let Some(retry) = &self.retry_policy {
            let (minimum, maximum) = (retry.minimum_backoff, retry.maximum_backoff);
            let longest = minimum.max(maximum).unwrap_or_default();
            demand(longest <= RetryPolicy::MAXIMUM, "Invalid backoff given: 0 to 600 s.")?;
            demand(
                minimum.zip(maximum).is_none_or(|(minimum, maximum)| minimum <= maximum),
                "Invalid backoff given: the minimum is longer than the maximum.",
            )?;
        }
        Ok(self)
    }
}

fn demand(holds: bool, otherwise: &str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::InvalidArgument(otherwise.to_owned())) }
}

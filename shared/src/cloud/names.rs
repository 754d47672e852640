//! The names of topics, subscriptions and buckets, for the functions and the local cloud.

use std::time::Duration;

/// A Pub/Sub topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Notifications of objects finalized in the uploads bucket.
    Uploads,
    /// Notifications of objects finalized in the results bucket, which holds the output of batch operations.
    Results,
    /// Requests to render and send a mail.
    EmailRequested,
    /// Requests to process the next step of a project export.
    ExportRequested,
    /// Dead letters: messages that could not be delivered to a subscription.
    DeadLetters,
}

impl Topic {
    /// All topics of the platform.
    pub const ALL: [Self; 5] =
        [Self::Uploads, Self::Results, Self::EmailRequested, Self::ExportRequested, Self::DeadLetters];

    /// Returns the topic's id in Pub/Sub.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
            Self::Results => "results",
            Self::EmailRequested => "email-requested",
            Self::ExportRequested => "export-requested",
            Self::DeadLetters => "dead-letters",
        }
    }

    /// Returns the topic of the subscription with this id.
    #[must_use]
    pub fn of_subscription(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| {
            id.strip_suffix(topic.name())
                .and_then(|rest| rest.strip_suffix('-'))
                .is_some_and(|name| !name.is_empty())
        })
    }
}

/// A push subscription of a function. Its id in Pub/Sub is `{function}-{topic}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The topic of the subscription.
    pub topic: Topic,
    /// The path of the handler.
    pub path: &'static str,
    /// The Pub/Sub filter on attributes. `None` delivers every message.
    pub filter: Option<String>,
}

impl Subscription {
    /// Creates a subscription to every message of a topic.
    #[must_use]
    pub const fn to(topic: Topic, path: &'static str) -> Self {
        Self { topic, path, filter: None }
    }

    /// Creates a subscription to objects that are finalized with a prefix.
    #[must_use]
    pub fn to_objects(topic: Topic, path: &'static str, prefix: &str) -> Self {
        let filter = format!(
            "attributes.eventType = \"OBJECT_FINALIZE\" AND hasPrefix(attributes.objectId, \"{prefix}\")"
        );
        Self { topic, path, filter: Some(filter) }
    }

    /// Returns the id of this subscription in Pub/Sub.
    #[must_use]
    pub fn name(&self, function: &str) -> String {
        format!("{function}-{}", self.topic.name())
    }

    /// Returns true if messages that fail [`MAX_DELIVERY_ATTEMPTS`] times become dead letters. Only the subscription
    /// to dead letters returns false.
    #[must_use]
    pub fn has_dead_letters(&self) -> bool {
        self.topic != Topic::DeadLetters
    }
}

/// A Cloud Storage bucket. Its full name is `{Google Cloud project}-{name}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// The bucket's name without the project prefix.
    pub name: &'static str,
    /// The environment variable that holds the bucket's full name.
    pub variable: &'static str,
    /// The topic that Cloud Storage notifies when an object is finalized.
    pub topic: Option<Topic>,
}

/// The buckets that functions use.
pub const BUCKETS: [Bucket; 3] = [
    Bucket { name: "exports", variable: "EXPORTS_BUCKET", topic: None },
    Bucket { name: "results", variable: "RESULTS_BUCKET", topic: Some(Topic::Results) },
    Bucket { name: "uploads", variable: "UPLOADS_BUCKET", topic: Some(Topic::Uploads) },
];

/// The HTTP methods that browsers may use on buckets (CORS).
pub const BUCKET_METHODS: [&str; 4] = ["GET", "HEAD", "PUT", "POST"];
/// The headers that browsers may send to buckets and read from responses. Cloud Storage has one list for both.
pub const BUCKET_HEADERS: [&str; 10] = [
    "Content-Type",
    "Content-Range",
    "ETag",
    "Location",
    "Range",
    "x-goog-content-length-range",
    "x-goog-generation",
    "x-goog-hash",
    "x-goog-if-generation-match",
    "x-goog-resumable",
];

/// The number of deliveries before a message becomes a dead letter. With the backoff below, these deliveries take about
/// twelve minutes. `maintenance` retries work that fails for longer.
pub const MAX_DELIVERY_ATTEMPTS: u32 = 15;
/// The delay after the first failed delivery, in seconds.
pub const MINIMUM_BACKOFF_SECONDS: u32 = 10;
/// The maximum delay between deliveries, in seconds.
pub const MAXIMUM_BACKOFF_SECONDS: u32 = 60;
/// The time after which Pub/Sub delivers a message again if it gets no response, in seconds. Twice
/// [`DELIVERY_TIMEOUT`].
pub const ACK_DEADLINE_SECONDS: u32 = 600;
/// The request timeout of functions that call an engine or write export chunks. Half of Pub/Sub's ack deadline.
pub const DELIVERY_TIMEOUT: Duration = Duration::from_secs(300);

/// A scheduled task of a function. Cloud Scheduler sends a POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The id of the Cloud Scheduler job.
    pub name: &'static str,
    /// The interval between calls, in seconds.
    pub every_seconds: u32,
}

impl Schedule {
    /// The path of the handler.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/tasks/{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Subscription, Topic};

    #[test]
    fn the_topic_is_read_from_the_id_of_a_subscription() {
        for topic in Topic::ALL {
            let id = Subscription::to(topic, "/").name("some-function");
            assert_eq!(Topic::of_subscription(&id), Some(topic), "{id}");
        }
        for id in ["", "uploads", "-uploads", "ocruploads", "some-uploads-of-others"] {
            assert_eq!(Topic::of_subscription(id), None, "{id}");
        }
    }
}

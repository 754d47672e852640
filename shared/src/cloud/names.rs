//! The names of topics, subscriptions and buckets: one list for the code and for the local cloud.

use std::time::Duration;

/// A Pub/Sub topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Objects that were finalised in the uploads bucket.
    Uploads,
    /// Objects that were finalised in the results bucket: the output of batch operations.
    Results,
    /// Mails to be rendered and sent.
    EmailRequested,
    /// Steps of exports to be done.
    ExportRequested,
    /// Messages that a subscription gave up on.
    DeadLetters,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 5] =
        [Self::Uploads, Self::Results, Self::EmailRequested, Self::ExportRequested, Self::DeadLetters];

    /// Its id in Pub/Sub.
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

    /// The topic that a subscription with this id follows.
    #[must_use]
    pub fn of_subscription(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| {
            id.strip_suffix(topic.name())
                .and_then(|rest| rest.strip_suffix('-'))
                .is_some_and(|name| !name.is_empty())
        })
    }
}

/// A push subscription of a function. Its id in Pub/Sub is the function's name, a hyphen and the topic's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The topic it follows.
    pub topic: Topic,
    /// The path of the function's handler.
    pub path: &'static str,
    /// Pub/Sub's filter over attributes, where the function wants only some messages.
    pub filter: Option<String>,
}

impl Subscription {
    /// A subscription to every message of a topic.
    #[must_use]
    pub const fn to(topic: Topic, path: &'static str) -> Self {
        Self { topic, path, filter: None }
    }

    /// A subscription to the finalized objects below a prefix.
    #[must_use]
    pub fn to_objects(topic: Topic, path: &'static str, prefix: &str) -> Self {
        let filter = format!(
            "attributes.eventType = \"OBJECT_FINALIZE\" AND hasPrefix(attributes.objectId, \"{prefix}\")"
        );
        Self { topic, path, filter: Some(filter) }
    }

    /// The id in Pub/Sub of this subscription of a function.
    #[must_use]
    pub fn name(&self, function: &str) -> String {
        format!("{function}-{}", self.topic.name())
    }

    /// Whether messages that fail [`MAX_DELIVERY_ATTEMPTS`] times become dead letters; dead letters do not.
    #[must_use]
    pub fn has_dead_letters(&self) -> bool {
        self.topic != Topic::DeadLetters
    }
}

/// A bucket; in Cloud Storage its name is the project's, a hyphen and its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Its own name.
    pub name: &'static str,
    /// The variable that functions find it by.
    pub variable: &'static str,
    /// Where objects are announced when they are finalised.
    pub topic: Option<Topic>,
}

/// Every bucket that functions use.
pub const BUCKETS: [Bucket; 3] = [
    Bucket { name: "exports", variable: "EXPORTS_BUCKET", topic: None },
    Bucket { name: "results", variable: "RESULTS_BUCKET", topic: Some(Topic::Results) },
    Bucket { name: "uploads", variable: "UPLOADS_BUCKET", topic: Some(Topic::Uploads) },
];

/// How browsers may call the buckets.
pub const BUCKET_METHODS: [&str; 4] = ["GET", "HEAD", "PUT", "POST"];
/// What they may send there, and read of the answers: Cloud Storage has one list for both.
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

/// Deliveries before a message becomes a dead letter; with the backoff below, about half an hour.
pub const MAX_DELIVERY_ATTEMPTS: u32 = 10;
/// The first pause after a failed delivery, in seconds.
pub const MINIMUM_BACKOFF_SECONDS: u32 = 10;
/// The longest pause between deliveries, in seconds.
pub const MAXIMUM_BACKOFF_SECONDS: u32 = 600;
/// How long a push may take before Pub/Sub delivers again, in seconds: twice a function's own time-out.
pub const ACK_DEADLINE_SECONDS: u32 = 600;
/// How long a delivery may take that calls an engine or writes a chunk: half of Pub/Sub's ack deadline.
pub const DELIVERY_TIMEOUT: Duration = Duration::from_secs(300);

/// A task of a function. Cloud Scheduler calls it by POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The job's id.
    pub name: &'static str,
    /// Seconds between two calls.
    pub every_seconds: u32,
}

impl Schedule {
    /// The path of the function's handler.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/tasks/{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Subscription, Topic};

    #[test]
    fn the_id_of_a_subscription_tells_its_topic() {
        for topic in Topic::ALL {
            let id = Subscription::to(topic, "/").name("some-function");
            assert_eq!(Topic::of_subscription(&id), Some(topic), "{id}");
        }
        for id in ["", "uploads", "-uploads", "ocruploads", "some-uploads-of-others"] {
            assert_eq!(Topic::of_subscription(id), None, "{id}");
        }
    }
}

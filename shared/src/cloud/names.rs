//! The names of topics, subscriptions and buckets: one list for the code and for the local cloud.

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
}

/// A push subscription: which function gets which messages of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// Its id in Pub/Sub.
    pub name: &'static str,
    /// The topic it follows.
    pub topic: Topic,
    /// The function that messages are pushed to.
    pub function: &'static str,
    /// The path of that function's handler.
    pub path: &'static str,
    /// Pub/Sub's filter over attributes, where only some messages are wanted.
    pub filter: Option<&'static str>,
    /// Whether messages that fail [`MAX_DELIVERY_ATTEMPTS`] times go to the dead letters.
    pub dead_letters: bool,
}

/// Every subscription.
pub const SUBSCRIPTIONS: [Subscription; 7] = [
    Subscription {
        name: "ocr-uploads",
        topic: Topic::Uploads,
        function: "ocr",
        path: "/events/object-finalized",
        filter: Some(
            "attributes.eventType = \"OBJECT_FINALIZE\" AND hasPrefix(attributes.objectId, \"documents/\")",
        ),
        dead_letters: true,
    },
    Subscription {
        name: "ocr-results",
        topic: Topic::Results,
        function: "ocr",
        path: "/events/result-finalized",
        filter: Some(
            "attributes.eventType = \"OBJECT_FINALIZE\" AND hasPrefix(attributes.objectId, \"ocr/\")",
        ),
        dead_letters: true,
    },
    Subscription {
        name: "transcription-uploads",
        topic: Topic::Uploads,
        function: "transcription",
        path: "/events/object-finalized",
        filter: Some(
            "attributes.eventType = \"OBJECT_FINALIZE\" AND hasPrefix(attributes.objectId, \"voice/\")",
        ),
        dead_letters: true,
    },
    Subscription {
        name: "transcription-results",
        topic: Topic::Results,
        function: "transcription",
        path: "/events/result-finalized",
        filter: Some(
            "attributes.eventType = \"OBJECT_FINALIZE\" AND hasPrefix(attributes.objectId, \"transcription/\")",
        ),
        dead_letters: true,
    },
    Subscription {
        name: "email-email-requested",
        topic: Topic::EmailRequested,
        function: "email",
        path: "/events/email-requested",
        filter: None,
        dead_letters: true,
    },
    Subscription {
        name: "export-export-requested",
        topic: Topic::ExportRequested,
        function: "export",
        path: "/events/export-requested",
        filter: None,
        dead_letters: true,
    },
    Subscription {
        name: "maintenance-dead-letters",
        topic: Topic::DeadLetters,
        function: "maintenance",
        path: "/events/dead-letter",
        filter: None,
        dead_letters: false,
    },
];

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

/// Functions whose requests take longer than others', and how many seconds they may take: a synchronous call reads 15
/// pages, or listens for a minute; an export is written by the chunk.
pub const LONG_REQUESTS: [(&str, u32); 3] = [("ocr", 300), ("transcription", 300), ("export", 300)];

/// Deliveries before a message becomes a dead letter; with the backoff below, about half an hour.
pub const MAX_DELIVERY_ATTEMPTS: u32 = 10;
/// The first pause after a failed delivery, in seconds.
pub const MINIMUM_BACKOFF_SECONDS: u32 = 10;
/// The longest pause between deliveries, in seconds.
pub const MAXIMUM_BACKOFF_SECONDS: u32 = 600;
/// How long a push may take before Pub/Sub delivers again, in seconds: twice a function's own time-out.
pub const ACK_DEADLINE_SECONDS: u32 = 600;

/// A task of `maintenance` that Cloud Scheduler calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The job's id.
    pub name: &'static str,
    /// The path that is called by POST.
    pub path: &'static str,
    /// Seconds between two calls.
    pub every_seconds: u32,
}

/// Every schedule.
pub const SCHEDULES: [Schedule; 7] = [
    Schedule { name: "sweep-outbox", path: "/tasks/sweep-outbox", every_seconds: 60 },
    Schedule { name: "restart-stuck", path: "/tasks/restart-stuck", every_seconds: 60 },
    Schedule { name: "find-uploads", path: "/tasks/find-uploads", every_seconds: 300 },
    Schedule { name: "seal-audit", path: "/tasks/seal-audit", every_seconds: 300 },
    Schedule { name: "fold-statistics", path: "/tasks/fold-statistics", every_seconds: 60 },
    Schedule { name: "purge", path: "/tasks/purge", every_seconds: 600 },
    Schedule { name: "sweep-objects", path: "/tasks/sweep-objects", every_seconds: 3600 },
];

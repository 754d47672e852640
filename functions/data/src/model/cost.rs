//! The limits on a user's uploads, and the cost of requests under them.

shared::settings! {
    /// The limits on uploads of one user, over all projects. A day begins at midnight UTC.
    pub struct UploadSettings {
        /// Maximum number of drafts of one user whose file has not been uploaded.
        pub open_drafts: u32 = "OPEN_DRAFTS_PER_USER" or "500",
        /// Maximum number of uploads that one user begins on a day. A reprocessed item counts as one.
        pub items_per_day: u32 = "ITEMS_PER_USER_AND_DAY" or "2000",
        /// Maximum size of the uploads that one user begins on a day, in bytes.
        pub bytes_per_day: u64 = "BYTES_PER_USER_AND_DAY" or "21474836480",
    }
}

/// The cost of a request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) drafts: usize,
    pub(crate) items: usize,
    pub(crate) bytes: i64,
}

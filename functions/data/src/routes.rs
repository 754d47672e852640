//! The handlers, in one file each for documents, voice samples, items of every kind, and project exports.

mod documents;
mod exports;
mod items;
mod voice;

use shared::{http::routes::Routes, routes};

use crate::AppState;

/// The paths that the load balancer routes to this function.
pub(crate) const PATHS: &[&str] =
    &["/items", "/documents", "/documents/*", "/voice", "/voice/*", "/exports", "/exports/*"];

/// The maximum size of a batch, in bytes: 100 items with the longest names, in which each character is escaped.
const MAX_BATCH: usize = 512 << 10;

/// Returns the router of all handlers.
pub(crate) fn routes() -> Routes<AppState> {
    use self::{documents::*, exports::*, items::*, voice::*};
    Routes::new()
        .routes(routes!(list_items))
        .routes(routes!(list_documents, create_document))
        .routes(routes!(create_documents).max_body(MAX_BATCH))
        .routes(routes!(get_document, update_document, delete_document))
        .routes(routes!(renew_upload_url))
        .routes(routes!(list_pages))
        .routes(routes!(download_document))
        .routes(routes!(reprocess_document))
        .routes(routes!(list_voice_samples, create_voice_sample))
        .routes(routes!(create_voice_samples).max_body(MAX_BATCH))
        .routes(routes!(list_languages))
        .routes(routes!(get_voice_sample, update_voice_sample, delete_voice_sample))
        .routes(routes!(renew_voice_upload_url))
        .routes(routes!(list_words))
        .routes(routes!(download_voice_sample))
        .routes(routes!(reprocess_voice_sample))
        .routes(routes!(list_exports, create_export))
        .routes(routes!(get_export))
}

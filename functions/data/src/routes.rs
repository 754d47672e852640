//! One file a route.

pub(crate) mod create_document;
pub(crate) mod get_document;
pub(crate) mod list_documents;
pub(crate) mod renew_upload_url;

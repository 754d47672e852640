//! `/documents` and what is below it.

pub(crate) mod create_document;
pub(crate) mod create_documents;
pub(crate) mod delete_document;
pub(crate) mod download_document;
pub(crate) mod get_document;
pub(crate) mod list_documents;
pub(crate) mod list_pages;
pub(crate) mod renew_upload_url;
pub(crate) mod reprocess_document;
pub(crate) mod update_document;

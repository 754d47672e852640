//! `data` through its HTTP interface, one module a route; uploads go to the local storage.

mod create_document;
mod get_document;
mod list_documents;
mod renew_upload_url;
mod support;
mod upload;

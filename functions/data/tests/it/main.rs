//! Tests `data` through its HTTP interface, with one module for each route or group of similar routes. Uploads go to
//! the storage stand-in, and a test engine returns the texts that a test sets.

mod access;
mod batch;
mod create_document;
mod delete;
mod download;
mod exports;
mod get_document;
mod lambda;
mod limits;
mod list_documents;
mod list_items;
mod next_upload;
mod pages_and_words;
mod reader;
mod renew_upload_url;
mod reprocess;
mod resumable;
mod search;
mod support;
mod update;
mod upload;
mod voice;

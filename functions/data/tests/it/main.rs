//! `data` through its HTTP interface, one module a route, or a pair of routes that do alike; uploads go to the local
//! storage, and what reads them is told what they say.

mod access;
mod batch;
mod create_document;
mod delete;
mod download;
mod exports;
mod get_document;
mod lambda;
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

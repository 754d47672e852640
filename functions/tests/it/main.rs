//! Tests of the list of functions, and of the files and documents that are derived from it.

mod cloud_build;
mod naming;
mod openapi;
mod page;
mod pages;
mod pooler;
mod reference;
mod worst_requests;

//! Tests of the list of functions, of the files and documents that are derived from it, and of promises that several
//! functions keep together.

mod cloud_build;
mod console;
mod hot_statements;
mod invitations;
mod lists;
mod naming;
mod openapi;
mod pages;
mod pooler;
mod reference;
mod worst_requests;

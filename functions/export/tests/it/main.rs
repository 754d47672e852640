//! Tests `export` with the storage and Pub/Sub stand-ins, `data` and `maintenance`, from the request to the file.

mod composes;
mod content;
mod faults;
mod plans;
mod pooler;
mod refuses;
mod repeats;
mod retries;
mod support;
mod vanishes;

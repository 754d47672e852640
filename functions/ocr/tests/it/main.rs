//! Tests `ocr` with the storage, Pub/Sub and Document AI stand-ins, from the upload to the stored text.

mod batches;
mod dead_letters;
mod engine_faults;
mod fails;
mod leases;
mod outages;
mod pooler;
mod processing;
mod refuses;
mod repeats;
mod restarts;
mod support;

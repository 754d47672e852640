//! `ocr` behind the local storage, Pub/Sub and Document AI: from bytes that arrive to text that is there.

mod batches;
mod dead_letters;
mod engine_faults;
mod fails;
mod leases;
mod reads;
mod refuses;
mod repeats;
mod restarts;
mod support;

//! Tests `transcription` with the storage, Pub/Sub and Speech-to-Text stand-ins, from the upload to the stored words.
//! The tests of `ocr` cover the behavior that both functions share.

mod batches;
mod channels;
mod converts;
mod fails;
mod faults;
mod hours;
mod pooler;
mod support;
mod transcribes;

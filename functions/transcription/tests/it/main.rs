//! `transcription` behind the local storage, Pub/Sub and Speech-to-Text: from bytes that arrive to words that are
//! there. What it does as `ocr` does is proven there.

mod batches;
mod fails;
mod faults;
mod hears;
mod hours;
mod support;

//! `export` behind the local storage and Pub/Sub, with `data` and `maintenance` beside it: from a request to a file.

mod composes;
mod content;
mod dead_letters;
mod faults;
mod plans;
mod refuses;
mod repeats;
mod support;
mod vanishes;

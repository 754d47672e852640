//! Tests with lettre, raw sockets, programs and browsers.

mod delivery;
mod harness;
mod hostile;
mod inbox;

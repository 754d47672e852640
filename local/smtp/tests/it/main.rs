//! The mail server as lettre, raw sockets, programs and browsers see it.

mod delivery;
mod harness;
mod hostile;
mod inbox;

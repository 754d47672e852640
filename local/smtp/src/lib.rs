//! The local stand-in.

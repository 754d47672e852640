//! `analytics` as callers meet it.

mod access;
mod cache;
mod days;
mod figures;
mod lambda;
mod plans;
mod support;

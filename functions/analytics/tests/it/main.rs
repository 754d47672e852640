//! Tests of `analytics` through its HTTP interface.

mod access;
mod cache;
mod days;
mod figures;
mod lambda;
mod plans;
mod support;

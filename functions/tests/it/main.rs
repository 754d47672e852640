//! What is derived from the list of functions, and what is written down of it.

mod cloud_build;
mod naming;
mod openapi;
mod page;
mod pages;
mod reference;

//! The platform on one machine, as its users meet it.

mod gateway;
mod openapi;
mod page;
mod postgres;
mod reference;
mod support;

//! The platform on one machine, as its users meet it.

mod browser;
mod cloud_build;
mod export;
mod gateway;
mod leaks;
mod openapi;
mod page;
mod permissions;
mod platform;
mod postgres;
mod reference;
mod restart;
mod running;
mod support;
mod webdriver;

//! The platform on one machine, as its users meet it.

mod browser;
mod cloud_build;
mod export;
mod gateway;
mod images;
mod leaks;
mod openapi;
mod page;
mod pages;
mod permissions;
mod planned;
mod platform;
mod postgres;
mod reference;
mod restart;
mod roll_out;
mod running;
mod statistics;
mod support;
mod webdriver;

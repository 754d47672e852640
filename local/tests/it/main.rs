//! The platform on one machine, as its users meet it.

mod browser;
mod export;
mod gateway;
mod images;
mod leaks;
mod permissions;
mod planned;
mod platform;
mod postgres;
mod restart;
mod roll_out;
mod running;
mod statistics;
mod support;
mod webdriver;

//! `projects` through its HTTP interface, one module a route, and as a process.

mod create_project;
mod get_project;
mod lambda;
mod list_projects;
mod process;
mod support;

//! One file a route.

pub(crate) mod create_project;
pub(crate) mod get_project;
pub(crate) mod list_projects;

//! The `projects` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("projects", |env| async move { projects::service(&env).await }).await
}

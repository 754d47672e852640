//! The `maintenance` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::server::run("maintenance", |env| async move { maintenance::service(&env).await }).await
}

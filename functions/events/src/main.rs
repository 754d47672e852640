//! The `events` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("events", |env| async move { events::service(&env).await }).await
}

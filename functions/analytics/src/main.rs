//! The `analytics` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("analytics", |env| async move { analytics::service(&env).await }).await
}

//! The `review` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("review", |env| async move { review::service(&env).await }).await
}

//! The `email` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("email", |env| async move { email::service(&env).await }).await
}

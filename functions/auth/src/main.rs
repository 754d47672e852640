//! The `auth` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::server::run("auth", |env| async move { auth::service(&env).await }).await
}

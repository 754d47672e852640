//! The `admin` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("admin", |env| async move { admin::service(&env).await }).await
}

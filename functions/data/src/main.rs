//! The `data` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("data", |env| async move { data::service(&env).await }).await
}

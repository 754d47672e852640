//! The `export` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("export", |env| async move { export::service(&env).await }).await
}

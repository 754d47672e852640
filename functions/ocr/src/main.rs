//! The `ocr` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("ocr", |env| async move { ocr::service(&env).await }).await
}

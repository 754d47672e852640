//! The `transcription` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("transcription", |env| async move { transcription::service(&env).await }).await
}

//! The `transcription` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::server::run("transcription", |env| async move { transcription::service(&env).await }).await
}

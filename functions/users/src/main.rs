//! The `users` function's process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    shared::http::server::run("users", |env| async move { users::service(&env).await }).await
}

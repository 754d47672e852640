//! The `auth` function's process.

use std::process::ExitCode;

// Passwords are hashed on threads of their own; one for everything else leaves the cores to them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shared::http::server::run("auth", |env| async move { auth::service(&env).await }).await
}

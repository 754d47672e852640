//! `local with-postgres COMMAND`: runs a command with a temporary database server, for tests.

use std::{ffi::OsString, process::ExitCode};

use sqlx::PgPool;
use tokio::{
    process::Command,
    signal::unix::{SignalKind, signal},
};

use crate::{
    error::{Error, Result},
    postgres::{self, Server},
};

/// Runs the command with `DATABASE_URL` set to a new server, and returns its exit code.
///
/// # Errors
/// When the server or the command cannot be started.
pub async fn with_postgres(command: &[OsString]) -> Result<ExitCode> {
    let command = match command {
        [dashes, rest @ ..] if dashes == "--" => rest,
        all => all,
    };
    let [program, arguments @ ..] = command else {
        return Err(Error::new("with-postgres needs a command to run"));
    };
    // Ctrl-C reaches the command too. The server must outlive it.
    let ignored = |error| Error::because("cannot listen to signals", &error);
    let _interrupt = signal(SignalKind::interrupt()).map_err(ignored)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ignored)?;

    let server = postgres::start_temporary().await?;
    migrate_template(&server).await?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", server.database_url())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Error::because(format!("cannot run {}", program.display()), &error))?;
    let ended = tokio::select! {
        ended = child.wait() => Some(ended),
        _ = terminate.recv() => None,
    };
    let code = match ended {
        Some(Ok(status)) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        Some(Err(error)) => return Err(Error::because("cannot wait for the command", &error)),
        None => 143,
    };
    drop(child);
    server.stop().await?;
    Ok(ExitCode::from(code))
}

/// Migrates the template from which the server creates databases, so that each test's database is a copy and its own
/// migration finds nothing to do.
async fn migrate_template(server: &Server) -> Result<()> {
    let failed = |error: &dyn std::error::Error| Error::because("cannot migrate template1", error);
    let pool = PgPool::connect(&server.url("template1")).await.map_err(|error| failed(&error))?;
    let migrated = migrations::migrate(&pool).await;
    // A template cannot be copied while it has connections.
    pool.close().await;
    migrated.map_err(|error| failed(&error))
}

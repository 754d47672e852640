//! The command `verify-audit`, with which operators compare the audit log with its seals.

use std::process::ExitCode;

use shared::{
    base::{
        config::{Env, Settings as _},
        database::{self, DatabaseSettings},
    },
    function::Command,
};

use crate::seal_audit::{self, Finding, Report, SealSettings, Sealer};

/// The registration of the command `verify-audit`.
pub(crate) const COMMAND: Command = Command { name: "verify-audit", run: |env| Box::pin(run(env)) };

shared::settings! {
    /// The settings of `verify-audit`.
    struct VerifySettings {
    }
    with {
        /// The database with the audit log.
        database: DatabaseSettings,
        /// The key that the seals are checked with.
        seal: SealSettings,
    }
}

/// Compares the audit log with its seals.
///
/// # Errors
/// Returns an error if a variable is missing or invalid, or if the database cannot be reached.
pub async fn verify_audit(env: &Env) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
    let settings = VerifySettings::from_env(env)?;
    let mut db =
        database::acquire_first(&database::connect(&settings.database, None)?, database::REACH_TIMEOUT)
            .await?;
    Ok(seal_audit::verify(&mut db, &Sealer::new(&settings.seal)?).await?)
}

/// Prints the report. Fails if there are findings.
async fn run(env: Env) -> ExitCode {
    let report = match verify_audit(&env).await {
        Ok(report) => report,
        Err(error) => {
            eprintln!("maintenance: {error}");
            return ExitCode::FAILURE;
        }
    };
    for finding in &report.findings {
        match finding {
            Finding::Changed(id) => println!("changed: {id}"),
            Finding::Removed(id) => println!("removed: {id}"),
            Finding::Inserted(id) => println!("inserted: {id}"),
            Finding::BrokenSeal(id) => println!("broken seal: {id}"),
        }
    }
    let (seals, rows, expired, unsealed) = (report.seals, report.rows, report.expired, report.unsealed);
    println!(
        "{seals} seals over {rows} rows ({expired} expired), {unsealed} rows not sealed yet: {}",
        if report.findings.is_empty() { "nothing was tampered with" } else { "the log was tampered with" }
    );
    if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

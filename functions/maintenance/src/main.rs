//! The `maintenance` function's process, and the command that operators verify the audit log with.

use std::process::ExitCode;

use maintenance::Finding;
use shared::base::config::Env;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            shared::http::server::run("maintenance", |env| async move { maintenance::service(&env).await })
                .await
        }
        ["verify-audit"] => verify_audit().await,
        _ => {
            eprintln!("usage: maintenance [verify-audit]");
            ExitCode::FAILURE
        }
    }
}

async fn verify_audit() -> ExitCode {
    let report = match maintenance::verify_audit(&Env::from_process()).await {
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

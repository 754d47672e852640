//! Measurements, printed as ratios and figures of one run. `make bench` runs them all.

mod audit;
mod cold_start;
mod login;
mod process;
mod running_auth;
mod statistics;
mod timing;

use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "usage: bench cold-start | login | timing | audit [ROWS] (all but the first: under `local with-postgres`)";

#[tokio::main]
async fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        Some("audit") => audit::run(std::env::args().nth(2)).await,
        Some("cold-start") => cold_start::run().await,
        Some("login") => login::run().await,
        Some("timing") => timing::run().await,
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

//! Benchmarks, printed as ratios and figures of one run. `make help` lists the targets that run them.

mod admission;
mod audit;
mod chaos;
mod cloud;
mod cold_start;
mod convert;
mod export;
mod growth;
mod instance;
mod login;
mod peer;
mod pipeline;
mod postgres;
mod process;
mod quota;
mod relay;
mod review;
mod running_auth;
mod schedule;
mod statistics;
mod streams;
mod summary;
mod tenants;
mod timing;
mod tree;

use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "usage: bench cold-start | login | timing | admission | audit [ROWS] | chaos [UPLOADS] | convert | \
    quota [DOCUMENTS] | pipeline | growth [ITEMS] | analytics [ITEMS]... | review | export [ITEMS] | streams [N] | \
    peer [ROUNDS] (all but the first and the last: under `local with-postgres`)";

#[tokio::main]
async fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        Some("admission") => admission::run().await,
        Some("analytics") => summary::run(std::env::args().skip(2)).await,
        Some("audit") => audit::run(std::env::args().nth(2)).await,
        Some("chaos") => chaos::run(std::env::args().nth(2)).await,
        Some("cold-start") => cold_start::run().await,
        Some("convert") => convert::run().await,
        Some("export") => export::run(std::env::args().nth(2)).await,
        Some("growth") => growth::run(std::env::args().nth(2)).await,
        Some("login") => login::run().await,
        Some("peer") => peer::run(std::env::args().nth(2)).await,
        Some("pipeline") => pipeline::run().await,
        Some("quota") => quota::run(std::env::args().nth(2)).await,
        Some("review") => review::run().await,
        Some("streams") => streams::run(std::env::args().nth(2)).await,
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

//! Measurements, printed as ratios and figures of one run: `bench cold-start`.

mod cold_start;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        Some("cold-start") => cold_start::run().await,
        _ => Err("usage: bench cold-start".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

//! `local`: the platform on one machine.

use std::{env, ffi::OsString, process::ExitCode};

const USAGE: &str = "usage: local run | demo | with-postgres COMMAND ...";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let done = |()| ExitCode::SUCCESS;
    let result = match arguments.split_first() {
        Some((command, [])) if command == "run" => local::run().await.map(done),
        Some((command, [])) if command == "demo" => local::demo::demo().await.map(done),
        Some((command, rest)) if command == "with-postgres" => local::with_postgres(rest).await,
        _ => Err(local::Error::new(USAGE)),
    };
    result.unwrap_or_else(|error| {
        eprintln!("local: {error}");
        ExitCode::FAILURE
    })
}

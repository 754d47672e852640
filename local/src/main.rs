//! `local`: the platform on one machine.

use std::{env, ffi::OsString, process::ExitCode};

const USAGE: &str =
    "usage: local run | demo | openapi | reference | pages FOLDER | with-postgres COMMAND ...";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let done = |()| ExitCode::SUCCESS;
    let result = match arguments.split_first() {
        Some((command, [])) if command == "run" => local::run().await.map(done),
        Some((command, [])) if command == "demo" => local::demo::demo().await.map(done),
        Some((command, [])) if command == "openapi" => print_openapi().map(done),
        Some((command, [])) if command == "reference" => write_reference().map(done),
        Some((command, [folder])) if command == "pages" => {
            local::write_pages(folder.as_ref()).await.map(done)
        }
        Some((command, rest)) if command == "with-postgres" => local::with_postgres(rest).await,
        _ => Err(local::Error::new(USAGE)),
    };
    result.unwrap_or_else(|error| {
        eprintln!("local: {error}");
        ExitCode::FAILURE
    })
}

fn print_openapi() -> local::Result<()> {
    let json = local::openapi().to_pretty_json();
    println!("{}", json.map_err(|error| local::Error::because("the OpenAPI document", &error))?);
    Ok(())
}

/// Writes `.env.example`, the table of `functions/README.md` and `terraform/platform.json`; run it from the root of the
/// project.
fn write_reference() -> local::Result<()> {
    let file = |name: &str, error: std::io::Error| local::Error::because(name, &error);
    let readme =
        std::fs::read_to_string("functions/README.md").map_err(|error| file("functions/README.md", error))?;
    let readme = local::reference::with_table(&readme)
        .ok_or_else(|| local::Error::new("functions/README.md has no place for the table"))?;
    std::fs::write("functions/README.md", readme).map_err(|error| file("functions/README.md", error))?;
    std::fs::write(".env.example", local::reference::env_example())
        .map_err(|error| file(".env.example", error))?;
    std::fs::write("terraform/platform.json", local::reference::platform())
        .map_err(|error| file("terraform/platform.json", error))
}

//! `functions`: writes the files that are derived from the list of functions.

use std::{env, ffi::OsString, process::ExitCode};

use functions::{Result, openapi, reference, write_pages};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let result = match arguments.split_first() {
        Some((command, [])) if command == "openapi" => print_openapi(),
        Some((command, [])) if command == "reference" => reference::write(),
        Some((command, [folder, console])) if command == "pages" => {
            write_pages(folder.as_ref(), console.as_ref()).await
        }
        _ => Err("usage: functions openapi | reference | pages FOLDER CONSOLE".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("functions: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_openapi() -> Result<()> {
    println!("{}", serde_json::to_string_pretty(&openapi())?);
    Ok(())
}

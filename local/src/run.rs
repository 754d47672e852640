//! `local run`: serves the platform until Ctrl-C.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use shared::http::server::stop_signal;

use crate::{
    console,
    data_dir::DataDir,
    error::Result,
    platform::{self, Platform},
};

/// Serves the platform until Ctrl-C or SIGTERM.
///
/// # Errors
/// When a part is missing, misconfigured, cannot start, or fails.
pub async fn run() -> Result<()> {
    console::start(None)?;
    let stop = stop_signal();
    tokio::pin!(stop);
    let (data_dir, port) = (DataDir::default_path(), platform::port()?);
    let platform = tokio::select! {
        platform = Platform::start(&data_dir, port) => platform?,
        () = &mut stop => return Ok(()),
    };
    let mut table = "\nAlta Data is up; Ctrl-C stops it.\n\n".to_owned();
    for (name, address) in platform.addresses() {
        let _ = writeln!(table, "  {name:<14} {address}");
    }
    // The output may be closed.
    let _ = writeln!(io::stdout(), "{table}");
    platform.run_until(stop).await
}

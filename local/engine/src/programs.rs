//! Runs programs with limits on output and time, and kills them when their caller is dropped.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use crate::Fault;

/// The size limit of a program's messages, enough to classify them.
const MESSAGE_BYTES: u64 = 64 << 10;

/// A program and the Debian package that contains it.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The name of the executable, such as `ffmpeg`.
    pub name: &'static str,
    /// The name of the package, as in `apt-get install ffmpeg`.
    pub package: &'static str,
}

impl Program {
    /// Returns the error for a program that could not be run.
    #[must_use]
    pub fn failed(self, error: &io::Error) -> Fault {
        let Self { name, package } = self;
        if error.kind() == io::ErrorKind::NotFound {
            return Fault::not_installed(&format!("`{name}`"), package);
        }
        tracing::error!(program = name, %error, "an engine could not be run");
        Fault::unavailable(format!("`{name}` could not be run."))
    }
}

impl Fault {
    /// Creates an `UNAVAILABLE` error that names the package to install.
    #[must_use]
    pub fn not_installed(what: &str, package: &str) -> Self {
        Self::unavailable(format!(
            "{what} is not installed: install the Debian package {package} (apt-get install {package})."
        ))
    }
}

/// Returns the packages of the programs that are not installed.
#[must_use]
pub fn missing_packages(programs: &[Program]) -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut missing: Vec<&str> = programs
        .iter()
        .filter(|program| !std::env::split_paths(&path).any(|folder| folder.join(program.name).is_file()))
        .map(|program| program.package)
        .collect();
    missing.dedup();
    missing
}

/// The result of a program run.
#[derive(Debug)]
pub struct Output {
    /// True if the program exited with status 0.
    pub success: bool,
    /// True if a signal ended the program, limit likely for lack of memory.
    pub killed: bool,
    /// The complete standard output.
    pub stdout: Vec<u8>,
    /// The first part of the standard error.
    pub stderr: String,
}

/// The environment of program runs.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The working folder, also used for temporary files.
    pub folder: PathBuf,
    /// The search path in the format of `PATH`, or `None` for the inherited one.
    pub path: Option<OsString>,
    /// The time limit of a run.
    pub step_time: Duration,
}

impl Programs {
    /// Prepares a command without starting it.
    pub fn command<S: AsRef<OsStr>>(
        &self,
        program: Program,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(program.name);
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        command
            .args(arguments)
            // Several single-threaded processes are faster than one process with several threads.
            .env("OMP_THREAD_LIMIT", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TMPDIR", &self.folder)
            .current_dir(&self.folder)
            .kill_on_drop(true);
        command
    }

    /// Runs a program until it exits.
    ///
    /// # Errors
    /// `UNAVAILABLE` when it is not installed, `DEADLINE_EXCEEDED` when it exceeds the time limit,
    /// `INVALID_ARGUMENT` when it writes more than `limit` bytes.
    pub async fn run<S: AsRef<OsStr>>(
        &self,
        program: Program,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
        limit: u64,
    ) -> Result<Output, Fault> {
        let mut child = self
            .command(program, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| program.failed(&error))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let work = async {
            let feed = async {
                if let Some(mut stdin) = stdin {
                    // A program that stops reading reports the reason in its exit status.
                    let _ = stdin.write_all(input).await;
                }
                Ok(())
            };
            let ((), stdout, stderr) =
                tokio::try_join!(feed, collect(stdout, limit, true), collect(stderr, MESSAGE_BYTES, false))?;
            io::Result::Ok((stdout, stderr, child.wait().await?))
        };
        match tokio::time::timeout(self.step_time, work).await {
            Err(_) => Err(Fault::deadline_exceeded()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                Err(Fault::invalid("TOO_MUCH_OUTPUT", "The file holds more than can be processed."))
            }
            Ok(Err(error)) => Err(program.failed(&error)),
            Ok(Ok((stdout, stderr, status))) => {
                let stderr = String::from_utf8_lossy(&stderr).into_owned();
                Ok(Output { success: status.success(), killed: status.code().is_none(), stdout, stderr })
            }
        }
    }
}

/// Reads a stream to its end and keeps at limit `limit` bytes. If `strict`, more bytes are an error.
async fn collect(stream: Option<impl AsyncRead + Unpin>, limit: u64, strict: bool) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream).take(limit).read_to_end(&mut kept).await?;
        let mut rest = stream.take(if strict { 1 } else { u64::MAX });
        if tokio::io::copy(&mut rest, &mut tokio::io::sink()).await? > 0 && strict {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    Ok(kept)
}

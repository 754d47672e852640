//! Running programs: bounded output, bounded time, and killed when nobody waits any more.

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

/// Enough of a program's messages to classify them.
const MESSAGE_BYTES: u64 = 64 << 10;

/// A program and the Debian package that holds it.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// As in `ffmpeg`.
    pub name: &'static str,
    /// As in `apt-get install ffmpeg`.
    pub package: &'static str,
}

impl Program {
    /// What is said when it could not be run or listened to.
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
    /// `UNAVAILABLE`, with what would help.
    #[must_use]
    pub fn not_installed(what: &str, package: &str) -> Self {
        Self::unavailable(format!(
            "{what} is not installed: install the Debian package {package} (apt-get install {package})."
        ))
    }
}

/// The packages of those that are not installed.
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

/// What a program left.
#[derive(Debug)]
pub struct Output {
    /// Whether it said that it did its work.
    pub success: bool,
    /// By a signal: for want of memory, most likely.
    pub killed: bool,
    /// All that it wrote.
    pub stdout: Vec<u8>,
    /// The beginning of its messages.
    pub stderr: String,
}

/// What every run of a program needs.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Where programs run and keep what they must.
    pub folder: PathBuf,
    /// Where programs are looked for, in the notation of `PATH`; there itself when `None`.
    pub path: Option<OsString>,
    /// How long a run may take.
    pub step_time: Duration,
}

impl Programs {
    /// A run that is yet to begin.
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
            // Several threads of one program are slower than several programs.
            .env("OMP_THREAD_LIMIT", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TMPDIR", &self.folder)
            .current_dir(&self.folder)
            .kill_on_drop(true);
        command
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// `UNAVAILABLE` when it is not installed, `DEADLINE_EXCEEDED` when it takes too long, `INVALID_ARGUMENT` when it
    /// writes more than `most` bytes.
    pub async fn run<S: AsRef<OsStr>>(
        &self,
        program: Program,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
        most: u64,
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
                    // A program that stops reading says why by its status.
                    let _ = stdin.write_all(input).await;
                }
                Ok(())
            };
            let ((), stdout, stderr) =
                tokio::try_join!(feed, collect(stdout, most, true), collect(stderr, MESSAGE_BYTES, false))?;
            io::Result::Ok((stdout, stderr, child.wait().await?))
        };
        match tokio::time::timeout(self.step_time, work).await {
            Err(_) => Err(Fault::too_slow()),
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

/// Reads a stream to its end, keeping at most `most` bytes; more is an error if `strict`.
async fn collect(stream: Option<impl AsyncRead + Unpin>, most: u64, strict: bool) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream).take(most).read_to_end(&mut kept).await?;
        let mut rest = stream.take(if strict { 1 } else { u64::MAX });
        if tokio::io::copy(&mut rest, &mut tokio::io::sink()).await? > 0 && strict {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    Ok(kept)
}

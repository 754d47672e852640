//! Runs programs with limits on output, memory and time, and kills them when their caller is dropped.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use crate::Fault;

/// The size limit of a program's messages, enough to classify them.
const MESSAGE_BYTES: u64 = 64 << 10;

/// Starts a program with limits on its memory, in KiB, and its processor time, in seconds. A system that has no such limit
/// ignores it.
const LIMITED: &str = r#"ulimit -v "$0" 2>/dev/null; ulimit -t "$1" 2>/dev/null; shift; exec "$@""#;
/// The signals that end a program that lacks memory or processor time: SIGABRT, SIGSEGV and SIGXCPU.
const EXHAUSTED: [i32; 3] = [6, 11, 24];

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
    pub fn not_installed(name: &str, package: &str) -> Self {
        Self::unavailable(format!(
            "{name} is not installed: install the Debian package {package} (apt-get install {package})."
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
    /// True if a signal ended the program.
    pub killed: bool,
    /// True if the program needed more memory or processor time than its limit.
    pub exhausted: bool,
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
    /// The memory limit of a program, in bytes of address space.
    pub memory: u64,
}

impl Programs {
    /// Prepares a command without starting it. Its processor time is not limited.
    pub fn command<S: AsRef<OsStr>>(
        &self,
        program: Program,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        self.limited(program, arguments, "unlimited")
    }

    fn limited<S: AsRef<OsStr>>(
        &self,
        program: Program,
        arguments: impl IntoIterator<Item = S>,
        seconds: &str,
    ) -> Command {
        // A program that is not installed is reported when it is started.
        let mut command = self.find(program).map_or_else(
            || Command::new(program.name),
            |file| {
                let mut command = Command::new("/bin/sh");
                command.args(["-c", LIMITED, &(self.memory >> 10).to_string(), seconds]).arg(file);
                command
            },
        );
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

    fn find(&self, program: Program) -> Option<PathBuf> {
        let path = self.path.clone().or_else(|| std::env::var_os("PATH")).unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(program.name)).find(|file| file.is_file())
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
        let seconds = self.step_time.as_secs() + 1;
        let mut child = self
            .limited(program, arguments, &seconds.to_string())
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
                let (killed, exhausted) = (status.code().is_none(), is_exhausted(status, &stderr));
                Ok(Output { success: status.success(), killed, exhausted, stdout, stderr })
            }
        }
    }
}

fn is_exhausted(status: ExitStatus, messages: &str) -> bool {
    let messages = messages.to_ascii_lowercase();
    let lacks_memory = ["out of memory", "bad_alloc", "cannot allocate", "alloc fail"]
        .iter()
        .any(|text| messages.contains(text));
    status.signal().is_some_and(|signal| EXHAUSTED.contains(&signal)) || !status.success() && lacks_memory
}

/// Reads a stream to its end and keeps at most `limit` bytes. If `strict`, more bytes are an error.
async fn collect(stream: Option<impl AsyncRead + Unpin>, limit: u64, strict: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream).take(limit).read_to_end(&mut bytes).await?;
        let mut rest = stream.take(if strict { 1 } else { u64::MAX });
        if tokio::io::copy(&mut rest, &mut tokio::io::sink()).await? > 0 && strict {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    Ok(bytes)
}

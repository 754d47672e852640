//! Running ffmpeg and PocketSphinx: bounded output, bounded time, and killed when nobody waits any more.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use crate::fault::Fault;

/// Enough of a tool's messages to tell what was wrong.
const MESSAGE_BYTES: u64 = 256 << 10;
const MODEL_PACKAGE: &str = "pocketsphinx-en-us";

/// The programs and the Debian packages that hold them.
const TOOLS: [(&str, &str); 2] = [("ffmpeg", "ffmpeg"), ("pocketsphinx_batch", "pocketsphinx")];

/// Where packages put PocketSphinx's model: Debian's, and Homebrew's on either kind of Mac.
const MODELS: [&str; 3] = [
    "/usr/share/pocketsphinx/model/en-us",
    "/opt/homebrew/share/pocketsphinx/model/en-us",
    "/usr/local/share/pocketsphinx/model/en-us",
];

pub(crate) fn missing_tools() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let programs = TOOLS
        .iter()
        .filter(|(program, _)| !std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
        .map(|(_, package)| *package);
    programs.chain(model().is_none().then_some(MODEL_PACKAGE)).collect()
}

/// The folder of the installed model.
pub(super) fn model() -> Option<PathBuf> {
    MODELS.iter().map(Path::new).find(|folder| folder.join("en-us.lm.bin").is_file()).map(Path::to_owned)
}

/// What every run of a program needs.
pub(super) struct Tools {
    /// Where programs run and keep what they must.
    pub(super) folder: PathBuf,
    pub(super) step_time: Duration,
    /// Where programs are looked for, if not in `PATH`.
    pub(super) path: Option<OsString>,
    pub(super) model: Option<PathBuf>,
}

impl Tools {
    pub(super) fn command<S: AsRef<OsStr>>(
        &self,
        program: &'static str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(program);
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        command.args(arguments).env("LC_ALL", "C.UTF-8").env("TMPDIR", &self.folder);
        command.current_dir(&self.folder).kill_on_drop(true);
        command
    }

    /// The model's folder.
    ///
    /// # Errors
    /// UNAVAILABLE when it is not installed.
    pub(super) fn model(&self) -> Result<&Path, Fault> {
        self.model.as_deref().ok_or_else(|| missing("PocketSphinx's model en-us", MODEL_PACKAGE))
    }

    /// Runs a program that writes text to its end.
    ///
    /// # Errors
    /// UNAVAILABLE when it is not installed, `DEADLINE_EXCEEDED` when it takes too long, INTERNAL when it fails.
    pub(super) async fn run<S: AsRef<OsStr>>(
        &self,
        program: &'static str,
        arguments: impl IntoIterator<Item = S>,
        input: &str,
    ) -> Result<String, Fault> {
        let mut child = self
            .command(program, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(program, &error))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let work = async {
            let feed = async {
                if let Some(mut stdin) = stdin {
                    // A program that stops reading says why by its status.
                    let _ = stdin.write_all(input.as_bytes()).await;
                }
                Ok(())
            };
            let ((), stdout, stderr) = tokio::try_join!(feed, collect(stdout), collect(stderr))?;
            io::Result::Ok((stdout, stderr, child.wait().await?))
        };
        let (stdout, stderr, status) = tokio::time::timeout(self.step_time, work)
            .await
            .map_err(|_| Fault::too_slow())?
            .map_err(|error| failed(program, &error))?;
        if status.success() {
            Ok(stdout)
        } else {
            tracing::error!(program, %status, stderr, "an engine failed");
            Err(Fault::internal())
        }
    }
}

pub(super) fn failed(program: &str, error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::NotFound {
        let package = TOOLS.iter().find(|(name, _)| *name == program).map_or(program, |(_, package)| package);
        return missing(&format!("`{program}`"), package);
    }
    tracing::error!(program, %error, "an engine could not be run");
    Fault::unavailable(format!("`{program}` could not be run."))
}

fn missing(what: &str, package: &str) -> Fault {
    Fault::unavailable(format!(
        "{what} is not installed: install the Debian package {package} (apt-get install {package})."
    ))
}

/// Reads a stream to its end and keeps its beginning.
async fn collect(stream: Option<impl AsyncRead + Unpin>) -> io::Result<String> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream).take(MESSAGE_BYTES).read_to_end(&mut kept).await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    }
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

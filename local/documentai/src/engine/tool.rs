//! Running tesseract and poppler: bounded output, bounded time, and killed when nobody waits any more.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::PathBuf,
    process::Stdio,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use crate::{fault::Fault, settings::Limits};

/// Enough of a tool's messages to classify them.
const MESSAGE_BYTES: u64 = 64 << 10;

/// The programs and the Debian packages that hold them.
const TOOLS: [(&str, &str); 4] = [
    ("tesseract", "tesseract-ocr"),
    ("pdfinfo", "poppler-utils"),
    ("pdfimages", "poppler-utils"),
    ("pdftoppm", "poppler-utils"),
];

/// What a program left.
pub(super) struct Output {
    pub(super) success: bool,
    /// By a signal: for want of memory, most likely.
    pub(super) killed: bool,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

pub(crate) fn missing_tools() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut missing: Vec<&str> = TOOLS
        .iter()
        .filter(|(program, _)| !std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
        .map(|(_, package)| *package)
        .collect();
    missing.dedup();
    missing
}

/// What every run of a program needs.
pub(crate) struct Tools {
    pub(crate) limits: Limits,
    /// Where programs run and keep what they must.
    pub(crate) folder: PathBuf,
    /// Where programs are looked for, if not in `PATH`.
    pub(crate) path: Option<OsString>,
}

/// Runs a program to its end.
///
/// # Errors
/// UNAVAILABLE when it is not installed, `DEADLINE_EXCEEDED` when it takes too long, INVALID_ARGUMENT when it
/// writes more than `most` bytes.
pub(super) async fn run<S: AsRef<OsStr>>(
    program: &'static str,
    arguments: impl IntoIterator<Item = S>,
    input: &[u8],
    most: u64,
    tools: &Tools,
) -> Result<Output, Fault> {
    let mut command = Command::new(program);
    if let Some(path) = &tools.path {
        command.env("PATH", path);
    }
    let mut child = command
        .args(arguments)
        // Several threads of one tesseract are slower than several tesseracts.
        .env("OMP_THREAD_LIMIT", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("TMPDIR", &tools.folder)
        .current_dir(&tools.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(program, &error))?;
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
    match tokio::time::timeout(tools.limits.step_time, work).await {
        Err(_) => Err(Fault::too_slow()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
            Err(Fault::broken("The document holds more than can be processed."))
        }
        Ok(Err(error)) => Err(failed(program, &error)),
        Ok(Ok((stdout, stderr, status))) => {
            let stderr = String::from_utf8_lossy(&stderr).into_owned();
            Ok(Output { success: status.success(), killed: status.code().is_none(), stdout, stderr })
        }
    }
}

fn failed(program: &str, error: &io::Error) -> Fault {
    let package = TOOLS.iter().find(|(name, _)| *name == program).map_or(program, |(_, package)| package);
    if error.kind() == io::ErrorKind::NotFound {
        return Fault::unavailable(format!(
            "`{program}` is not installed: install the Debian package {package} (apt-get install {package})."
        ));
    }
    tracing::error!(program, %error, "an engine could not be run");
    Fault::unavailable(format!("`{program}` could not be run."))
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

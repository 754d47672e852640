//! A cluster's folder: its location, its creation, and the cleanup after a killed run.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt as _, chown, symlink},
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use tokio::{process::Command, sync::OnceCell};

use super::{SUPERUSER, programs::Programs};
use crate::{
    error::{Error, Result},
    secrets,
};

/// The user id of `nobody`, which runs the server when this process is root: PostgreSQL refuses to run as root.
const UNPRIVILEGED: u32 = 65534;
/// The parent folder of clusters whose data folder only root can reach.
const SYSTEM_FOLDER: &str = "/var/lib/alta-data";

/// A cluster, and the programs that manage it.
pub(super) struct Cluster<'a> {
    pub(super) programs: &'a Programs,
    pub(super) folder: PathBuf,
}

/// The location of the cluster of a data folder: in it, or behind a symbolic link in it.
pub(super) async fn place(data: &Path) -> Result<PathBuf> {
    let usual = data.join("postgres");
    match fs::read_link(&usual) {
        Ok(target) => return Ok(target),
        Err(_) if usual.exists() => return Ok(usual),
        Err(_) => {}
    }
    if is_reachable(data).await? {
        return Ok(usual);
    }
    // The link ties the cluster to the data folder: deleting the data folder leads to a new cluster.
    let target = Path::new(SYSTEM_FOLDER).join(secrets::random_name()?).join("postgres");
    let parent = target.parent().unwrap_or(&target);
    fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    symlink(&target, &usual).map_err(Error::file("create", &usual))?;
    println!(
        "The database is stored in {}, since {} is below a folder that only root can enter.",
        target.display(),
        data.display()
    );
    Ok(target)
}

/// The major version that created the cluster.
pub(super) fn version(folder: &Path) -> Option<String> {
    Some(fs::read_to_string(folder.join("PG_VERSION")).ok()?.trim().to_owned())
}

/// Returns true when the server's user can enter a folder.
pub(super) async fn is_reachable(folder: &Path) -> Result<bool> {
    if !is_root().await? {
        return Ok(true);
    }
    let folder = folder.canonicalize().map_err(Error::file("find", folder))?;
    let open =
        |folder: &Path| fs::metadata(folder).is_ok_and(|about| about.permissions().mode() & 0o001 != 0);
    Ok(folder.ancestors().all(open))
}

/// Changes the owner of a folder or file to the server's user.
pub(super) async fn chown_to_postgres(path: &Path) -> Result<()> {
    if is_root().await? {
        chown(path, Some(UNPRIVILEGED), Some(UNPRIVILEGED)).map_err(Error::file("hand over", path))?;
    }
    Ok(())
}

/// A command that runs as the server's user.
pub(super) async fn command(program: impl AsRef<Path>) -> Result<Command> {
    let mut command = Command::new(program.as_ref());
    // The user may not have access to the current folder.
    command.current_dir("/");
    if is_root().await? {
        command.uid(UNPRIVILEGED).gid(UNPRIVILEGED);
    }
    Ok(command)
}

async fn is_root() -> Result<bool> {
    static ROOT: OnceCell<bool> = OnceCell::const_new();
    let user_id = || async {
        let output = Command::new("id").arg("-u").output().await;
        let output = output.map_err(|error| Error::because("cannot run `id -u`", &error))?;
        Ok(output.stdout.trim_ascii() == b"0")
    };
    ROOT.get_or_try_init(user_id).await.copied()
}

impl Cluster<'_> {
    /// Creates the cluster, atomically.
    pub(super) async fn create_if_new(&self, password: &str) -> Result<()> {
        if version(&self.folder).is_some() {
            return Ok(());
        }
        let partial = self.folder.with_extension("partial");
        match fs::remove_dir_all(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::file("remove", &partial)(error));
            }
            _ => fs::create_dir(&partial).map_err(Error::file("create", &partial))?,
        }
        chown_to_postgres(&partial).await?;
        let password_file = self.folder.with_extension("pwfile");
        write_secret(&password_file, password).map_err(Error::file("write", &password_file))?;
        chown_to_postgres(&password_file).await?;

        let mut initdb = command(self.programs.program("initdb")).await?;
        // The only UTF-8 locale on every Debian system. macOS lacks it.
        let locale = if cfg!(target_os = "linux") { "C.UTF-8" } else { "C" };
        initdb
            .args(["--no-sync", "--encoding=UTF8", "--auth=scram-sha-256", "--username", SUPERUSER])
            .arg(format!("--locale={locale}"))
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&partial);
        let created = run(initdb, "initdb").await;
        fs::remove_file(&password_file).map_err(Error::file("remove", &password_file))?;
        let output = created?;
        if !output.status.success() {
            return Err(Error::new(format!("initdb failed: {}", tail(&output.stderr))));
        }
        fs::rename(&partial, &self.folder).map_err(Error::file("create", &self.folder))
    }

    /// Waits for the server of a killed run to end, and removes its leftover files.
    ///
    /// The caller must hold the data folder's lock, so that no other process uses the cluster.
    pub(super) async fn finish_last_run(&self) -> Result<()> {
        let pid_file = self.folder.join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&pid_file) else { return Ok(()) };
        let is_server = match text.lines().next().filter(|pid| pid.parse::<u32>().is_ok()) {
            Some(pid) => {
                name_of(pid).await.is_none_or(|name| name.contains("postgres") || name.contains("postmaster"))
            }
            None => false,
        };
        if is_server {
            let mut stop = command(self.programs.program("pg_ctl")).await?;
            stop.args(["stop", "--mode=fast", "--wait", "--timeout=30", "--pgdata"]).arg(&self.folder);
            // This fails if the server has ended meanwhile. If it does not stop, the next start reports it.
            run(stop, "pg_ctl").await?;
        } else {
            // After a reboot, the process id may belong to another process, which PostgreSQL mistakes for a server.
            match fs::remove_file(&pid_file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::file("remove", &pid_file)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The name of a running process, `None` if unknown.
async fn name_of(pid: &str) -> Option<String> {
    if Path::new("/proc/self").exists() {
        return Some(fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default());
    }
    let output = Command::new("ps").args(["-o", "comm=", "-p", pid]).output().await.ok()?;
    String::from_utf8(output.stdout).ok()
}

async fn run(mut command: Command, name: &str) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output().await;
    output.map_err(|error| Error::because(format!("cannot run {name}"), &error))
}

fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    fs::OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?
        .write_all(text.as_bytes())
}

/// The end of a program's output, as one line.
pub(super) fn tail(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join(" | ")
}

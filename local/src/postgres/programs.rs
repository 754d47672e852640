//! Finding PostgreSQL's programs on this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use tokio::process::Command;

use crate::error::{Error, Result};

/// The folder of one PostgreSQL installation's programs.
#[derive(Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// The first installation found, or the first with the major version that created a cluster.
    pub(super) async fn find(major: Option<&str>) -> Result<Self> {
        let mut versions = Vec::new();
        for folder in candidates() {
            let Some(found) = major_of(&folder).await else { continue };
            if major.is_none_or(|wanted| wanted == found) {
                return Ok(Self(folder));
            }
            versions.push(found);
        }
        Err(Error::new(match major {
            Some(major) if !versions.is_empty() => format!(
                "the data was created with PostgreSQL {major}, and this machine has {}: install that version, or \
                 remove the data folder to start with an empty database",
                versions.join(" and ")
            ),
            _ => "PostgreSQL is not on this machine: install it (Debian: `apt-get install postgresql`, macOS: \
                  `brew install postgresql`), name its programs' folder in PG_BIN, or a server in DATABASE_URL"
                .to_owned(),
        }))
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// Folders that may hold the programs, in order of preference.
fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PG_BIN").filter(|value| !value.is_empty()).map(PathBuf::from).into_iter().collect();
    folders.extend(newest_first("/usr/lib/postgresql", ""));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        folders.extend(newest_first(homebrew, "postgresql@"));
    }
    folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    folders.retain(|folder| ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file()));
    folders
}

/// The `bin` folders of the versions below `parent`.
fn newest_first(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(parent)).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// The major version in the output of `postgres --version`.
async fn major_of(folder: &Path) -> Option<String> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version =
        text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    Some(version.split(|end: char| !end.is_ascii_digit()).next()?.to_owned())
}

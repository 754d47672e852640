//! The folder that keeps the platform's data between runs, for one process at a time.

use std::{
    env,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// The variable that names the data folder, if it is not `.local` in the current folder.
pub const VARIABLE: &str = "ALTA_DATA_DIR";

/// The data folder, locked until this is dropped or the process ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// The folder named by `ALTA_DATA_DIR`, or `.local` in the current folder.
    #[must_use]
    pub fn default_path() -> PathBuf {
        env::var_os(VARIABLE).filter(|value| !value.is_empty()).map_or_else(|| ".local".into(), Into::into)
    }

    /// Creates the folder if it does not exist, and locks it.
    ///
    /// # Errors
    /// When it cannot be created, or another process has locked it.
    pub fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).map_err(Error::file("create", path))?;
        let path = path.canonicalize().map_err(Error::file("find", path))?;
        let lock_path = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(Error::file("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::new(format!(
                "the platform is running already on {}: stop that one, or name another folder in {VARIABLE} \
                 and another port in ALTA_PORT",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(Error::file("lock", &lock_path)(error)),
        }
    }

    /// The path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in the folder.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The content of a file in the folder. If the file does not exist, it is created with the result of `new`.
    ///
    /// # Errors
    /// When the file can neither be read nor written.
    pub fn load_or_store(&self, name: &str, new: impl FnOnce() -> Result<String>) -> Result<String> {
        let path = self.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = new()?;
                self.write(name, &text)?;
                Ok(text)
            }
            Err(error) => Err(Error::file("read", &path)(error)),
        }
    }

    /// Writes a file that only its owner may read, atomically.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let (path, partial) = (self.join(name), self.join(&format!("{name}.partial")));
        let written = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&partial, &path));
        written.map_err(Error::file("write", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::DataDir;

    #[test]
    fn a_locked_folder_is_refused_to_a_second_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = DataDir::open(folder.path()).expect("the first");
        let error = DataDir::open(folder.path()).expect_err("the second");
        assert!(error.to_string().starts_with("the platform is running already on "), "{error}");
        drop(first);
        DataDir::open(folder.path()).expect("free again");
    }

    #[test]
    fn a_generated_value_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(folder.path()).expect("the folder");
        let first = data.load_or_store("secret", || Ok("one".to_owned())).expect("made");
        let second = data.load_or_store("secret", || Ok("two".to_owned())).expect("kept");
        assert_eq!((first.as_str(), second.as_str()), ("one", "one"));
    }
}

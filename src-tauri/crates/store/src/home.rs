//! The home: one folder, one owner.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError};

/// A folder held by this process until it is dropped.
///
/// The operating system keeps the lock, so it ends with the process however that ends.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the folder if need be (owner only) and takes its lock.
    ///
    /// # Errors
    /// [`StoreError::HomeTaken`] with the other owner's process id.
    pub fn take(path: &Path) -> Result<Self> {
        make_private(path)?;
        let mut lock = private_file(&path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // An unreadable lock file is still a taken home.
                let _ = lock.read_to_string(&mut text);
                return Err(StoreError::HomeTaken { pid: text.trim().parse().unwrap_or(0) });
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        lock.set_len(0)?;
        lock.rewind()?;
        write!(lock, "{}", std::process::id())?;
        close_folder(path, &lock);
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The store's file.
    #[must_use]
    pub fn store_path(&self) -> PathBuf {
        self.path.join("signalbox.db")
    }
}

fn make_private(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    Ok(builder.create(path)?)
}

/// Opens a file of the home, made if need be: its owner's alone, whatever it was. What SQLite keeps
/// beside a database, it makes with that database's rights.
pub(crate) fn private_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(path)?;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }
    #[cfg(not(unix))]
    Ok(options.open(path)?)
}

/// [`private_file`] for a database and for what an earlier run may have left beside it.
pub(crate) fn private_database(path: &Path) -> Result<()> {
    private_file(path)?;
    for suffix in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        let beside = PathBuf::from(beside);
        if beside.exists() {
            private_file(&beside)?;
        }
    }
    Ok(())
}

/// Closes a folder that was there before to everybody else. Only where it is a home and nothing but a
/// home: somebody who says `--home /tmp` must not lock the whole machine out of it.
#[cfg(unix)]
fn close_folder(path: &Path, lock: &File) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    const STICKY: u32 = 0o1000;
    let (Ok(folder), Ok(lock)) = (std::fs::metadata(path), lock.metadata()) else { return };
    let mode = folder.permissions().mode();
    let is_ours = folder.uid() == lock.uid() && mode & STICKY == 0;
    let is_home = || path.join("signalbox.db").exists() || holds_nothing_else(path);
    if mode & 0o077 != 0
        && is_ours
        && is_home()
        && let Err(error) = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
    {
        tracing::warn!(%error, "the home cannot be closed to other users; its files are");
    }
}

#[cfg(not(unix))]
fn close_folder(_: &Path, _: &File) {}

/// Whether the lock, just made, is all there is.
#[cfg(unix)]
fn holds_nothing_else(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|mut entries| {
        entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == "lock"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_owner_is_told_who_the_first_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::take(&dir.path().join("home")).expect("the first takes it");
        let second = Home::take(home.path());
        assert!(
            matches!(second, Err(StoreError::HomeTaken { pid }) if pid == std::process::id()),
            "{second:?}"
        );
        let path = home.path().to_owned();
        drop(home);
        Home::take(&path).expect("free again once the owner is gone");
    }
}

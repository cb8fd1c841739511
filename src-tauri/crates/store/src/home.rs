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
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("lock"))?;
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

//! Copies of the store made while it is in use, and restoring one.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::error::{Result, StoreError};
use crate::home::Home;
use crate::migrate;
use crate::store::Store;
use crate::writer::quick_check;

/// Pages copied between two chances for the writer.
const PAGES: i32 = 1_000;

/// A finished backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupDone {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

impl Store {
    /// Copies the store to `path` while it is in use. The copy appears under its name only when
    /// it is whole and on disk. Credentials in it stay sealed with this home's key.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when `path` exists; [`StoreError::DiskFull`]; any I/O error.
    pub async fn backup(&self, path: PathBuf) -> Result<BackupDone> {
        if path.exists() {
            return Err(StoreError::Conflict(format!("{} exists already", path.display())));
        }
        self.read(move |db| {
            copy(db, &path)?;
            Ok(BackupDone { bytes: std::fs::metadata(&path)?.len(), path })
        })
        .await
    }

    /// Puts a backup in the place of a home's store, keeping what was there beside it, under a name
    /// with the time `at` (Unix ms): each restore keeps its own. The caller opens the store
    /// afterwards and calls [`Store::hold_restored`] before anything is sent.
    ///
    /// # Errors
    /// [`StoreError::NotABackup`] or [`StoreError::Newer`] when the backup cannot be used; then the
    /// home is untouched.
    pub fn restore(home: &Home, backup: &Path, at: i64) -> Result<()> {
        let source =
            Connection::open_with_flags(backup, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let not_a_backup = || StoreError::NotABackup { path: backup.display().to_string() };
        // It is the backup that is at fault, and never the store: nothing of the home was looked at yet.
        let found = quick_check(&source).and_then(|()| migrate::recorded(&source));
        let found = found.map_err(|error| match error {
            StoreError::Corrupt(found) => {
                tracing::info!(%found, "this cannot be restored");
                not_a_backup()
            }
            other => other,
        })?;
        if found > migrate::KNOWN {
            return Err(StoreError::Newer { found, known: migrate::KNOWN });
        }
        if found == 0 || !is_ours(&source) {
            return Err(not_a_backup());
        }
        let path = home.store_path();
        let fresh = path.with_extension("restoring");
        if fresh.exists() {
            std::fs::remove_file(&fresh)?;
        }
        copy(&source, &fresh)?;
        {
            // Marked inside the copy itself, so that a crash right after the swap still holds
            // everything unfinished at the next start.
            let marked = Connection::open(&fresh)?;
            marked.execute(
                "INSERT INTO meta (key, value) VALUES ('restored', '1') ON CONFLICT DO NOTHING",
                [],
            )?;
        }
        crate::search::remove_files(&home.path().join("search.db"));
        fold_log(&path);
        set_aside(&path, &free_name(home.path(), at))?;
        // The one step that counts: before it the home is as it was, after it it is restored.
        std::fs::rename(&fresh, &path)?;
        sync_folder(home.path());
        Ok(())
    }

    /// Whether this store was restored and its unfinished messages have not been held yet.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn was_restored(&self) -> Result<bool> {
        self.read(|db| {
            Ok(db.prepare_cached("SELECT 1 FROM meta WHERE key = 'restored'")?.exists([])?)
        })
        .await
    }

    /// Forgets that the store was restored, once everything unfinished is held.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn restored_is_held(&self) -> Result<()> {
        self.writer()
            .run(|tx| {
                tx.db.execute("DELETE FROM meta WHERE key = 'restored'", [])?;
                Ok(())
            })
            .await
    }

    /// Size of the store in bytes.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn bytes(&self) -> Result<u64> {
        self.read(|db| {
            let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
            let size: i64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
            Ok(u64::try_from(pages * size).unwrap_or(0))
        })
        .await
    }
}

/// Any program may number its schema; only ours names its home.
fn is_ours(db: &Connection) -> bool {
    db.query_row("SELECT value FROM meta WHERE key = 'home'", [], |row| row.get::<_, String>(0))
        .is_ok()
}

/// Folds the log of a store that nobody has open into its file. A damaged one keeps its log.
fn fold_log(path: &Path) {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let folded = Connection::open_with_flags(path, flags)
        .and_then(|db| db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    if let Err(error) = folded {
        tracing::debug!(%error, "there is no store whose log could be folded in");
    }
}

/// Where the present store is kept: nothing that an earlier restore kept is in its place.
fn free_name(home: &Path, at: i64) -> PathBuf {
    let time = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    let time = time.format("%Y%m%dT%H%M%SZ");
    let mut kept = home.join(format!("before-restore-{time}.db"));
    let mut n = 1;
    while kept.exists() {
        n += 1;
        kept = home.join(format!("before-restore-{time}-{n}.db"));
    }
    kept
}

/// Keeps the present store, and what is left of its log, under another name. The file itself stays
/// where it is as well: no crash can leave the home without a store.
fn set_aside(path: &Path, kept: &Path) -> Result<()> {
    let beside = |path: &Path, suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    for suffix in ["-wal", "-shm"] {
        // What is not there need not be removed; a log without its store belongs to nothing.
        let _ = std::fs::remove_file(beside(kept, suffix));
    }
    if path.exists() && std::fs::hard_link(path, kept).is_err() {
        std::fs::copy(path, kept)?;
    }
    for suffix in ["-wal", "-shm"] {
        let log = beside(path, suffix);
        if log.exists() {
            std::fs::rename(&log, beside(kept, suffix))?;
        }
    }
    Ok(())
}

/// Copies a database to `path` by SQLite's backup interface, then syncs and names it.
pub(crate) fn copy(source: &Connection, path: &Path) -> Result<()> {
    let part = path.with_extension("part");
    if part.exists() {
        std::fs::remove_file(&part)?;
    }
    let result = copy_to(source, &part);
    if let Err(error) = result {
        // Half a copy is worse than none.
        let _ = std::fs::remove_file(&part);
        return Err(error);
    }
    make_private(&part)?;
    std::fs::File::open(&part)?.sync_all()?;
    std::fs::rename(&part, path)?;
    if let Some(folder) = path.parent() {
        sync_folder(folder);
    }
    Ok(())
}

fn copy_to(source: &Connection, part: &Path) -> Result<()> {
    let mut target = Connection::open(part)?;
    {
        let backup = Backup::new(source, &mut target)?;
        backup.run_to_completion(PAGES, std::time::Duration::ZERO, None)?;
    }
    // A copy stands alone: no log beside it.
    target.pragma_update(None, "journal_mode", "delete")?;
    quick_check(&target)
}

/// A copy may lie outside of the home: like it, it is its owner's alone.
fn make_private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// A rename lasts only once its folder is synced; platforms without that have nothing to do.
fn sync_folder(path: &Path) {
    if let Ok(folder) = std::fs::File::open(path)
        && let Err(error) = folder.sync_all()
    {
        tracing::debug!(%error, "the folder cannot be synced here");
    }
}

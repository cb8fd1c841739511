//! What can go wrong with the store, as its callers have to act on it.

/// A failure of the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The writer's queue is full: try again shortly. Nothing was written.
    #[error("the store is busy")]
    Busy,
    /// The disk is full, or free space is under the floor. Nothing was written.
    #[error("the disk is full")]
    DiskFull,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The file was written by a newer version of Signalbox.
    #[error("the store was written by a newer version (schema {found}, this one knows {known})")]
    Newer {
        /// Schema number in the file.
        found: i64,
        /// Greatest schema number of this program.
        known: i64,
    },
    /// The file is damaged.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// What is to be restored is no backup of ours, or no whole one.
    #[error("{path} is no Signalbox backup")]
    NotABackup {
        /// The file.
        path: String,
    },
    /// Another process holds the home.
    #[error("another Signalbox (process {pid}) uses this home")]
    HomeTaken {
        /// Its process id as written in the lock file; 0 when unreadable.
        pid: u32,
    },
    /// SQLite is not the one we built, or a pragma did not take.
    #[error("the store cannot keep its promises here: {0}")]
    Unfit(String),
    /// The same idempotency key was used for other content.
    #[error("this idempotency key was used for another message")]
    KeyReused,
    /// What was asked for does not exist.
    #[error("not found")]
    NotFound,
    /// What was asked for does not fit the present state.
    #[error("{0}")]
    Conflict(String),
    /// Reading or writing failed.
    #[error("the store failed: {0}")]
    Io(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{ConstraintViolation, DatabaseCorrupt, DiskFull, NotADatabase};
        use rusqlite::ffi;
        match &error {
            rusqlite::Error::QueryReturnedNoRows => Self::NotFound,
            rusqlite::Error::SqliteFailure(code, _) => match code.code {
                DiskFull => Self::DiskFull,
                DatabaseCorrupt | NotADatabase => Self::Corrupt(error.to_string()),
                ConstraintViolation if code.extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
                    Self::NotFound
                }
                ConstraintViolation => Self::Conflict(error.to_string()),
                _ => Self::Io(error.to_string()),
            },
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::DiskFull;
        }
        Self::Io(error.to_string())
    }
}

/// The result of every call.
pub type Result<T> = std::result::Result<T, StoreError>;

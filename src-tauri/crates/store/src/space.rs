//! The floor of free space, and the ballast that keeps a promise when it is reached.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::{Result, StoreError};
use crate::home::private_file;

const BALLAST_BYTES: usize = 8 * 1024 * 1024;
/// Enqueues between two looks at the disk; each look is one system call.
const LOOK_EVERY: u64 = 64;

type FreeBytes = Arc<dyn Fn(&Path) -> std::io::Result<u64> + Send + Sync>;

/// Watches the free space of the home.
///
/// Below the floor nothing new is accepted, so that what was accepted can still be finished. The
/// ballast is a file that is given up when even that fails: results of attempts in flight then
/// have room to be recorded.
#[derive(Clone)]
pub struct Space {
    home: PathBuf,
    floor: u64,
    free: FreeBytes,
    asked: Arc<AtomicU64>,
    low: Arc<AtomicBool>,
}

impl fmt::Debug for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Space(floor {} bytes)", self.floor)
    }
}

impl Space {
    /// Accept nothing below 200 MB free.
    pub const FLOOR: u64 = 200 * 1024 * 1024;

    /// Watches the disk that holds `home`.
    #[must_use]
    pub fn of(home: &Path, floor: u64) -> Self {
        Self::measured(home, floor, Arc::new(|path| fs4::available_space(path)))
    }

    /// Watches whatever `free` says, for tests.
    #[must_use]
    pub fn measured(home: &Path, floor: u64, free: FreeBytes) -> Self {
        Self { home: home.to_owned(), floor, free, asked: Arc::default(), low: Arc::default() }
    }

    /// Free bytes now; `None` when the system does not say.
    #[must_use]
    pub fn free_bytes(&self) -> Option<u64> {
        (self.free)(&self.home).ok()
    }

    /// The floor in bytes.
    #[must_use]
    pub fn floor_bytes(&self) -> u64 {
        self.floor
    }

    /// Refuses when the disk is under its floor. Looks at the disk every 64th time, and every
    /// time while it is low.
    pub(crate) fn require(&self) -> Result<()> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if asked.is_multiple_of(LOOK_EVERY) || self.low.load(Ordering::Relaxed) {
            let low = self.free_bytes().is_some_and(|free| free < self.floor);
            self.low.store(low, Ordering::Relaxed);
            if !low {
                self.lay_ballast();
            }
        }
        if self.low.load(Ordering::Relaxed) { Err(StoreError::DiskFull) } else { Ok(()) }
    }

    /// Lays the ballast down unless it is there; a disk too full for it has no room to promise.
    pub(crate) fn lay_ballast(&self) {
        let path = self.ballast();
        if path.exists() {
            return;
        }
        let written = private_file(&path).and_then(|mut file| {
            file.write_all(&vec![0x5a; BALLAST_BYTES])?;
            Ok(file.sync_all()?)
        });
        if let Err(error) = written {
            tracing::warn!(%error, "no room for the ballast file");
            // A half-written ballast would only take the room it is meant to keep.
            let _ = fs::remove_file(&path);
        }
    }

    /// Gives the ballast up. True when there was one, so that trying again may work.
    pub(crate) fn drop_ballast(&self) -> bool {
        self.low.store(true, Ordering::Relaxed);
        fs::remove_file(self.ballast()).is_ok()
    }

    fn ballast(&self) -> PathBuf {
        self.home.join("ballast")
    }
}

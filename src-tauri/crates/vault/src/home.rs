//! The vault's two files in a home: the wrapped key, written so that it is whole or absent, and a lock that lets one
//! opening at a time decide whether a key must be made. Knows no format.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use crate::error::VaultError;
use crate::key::fill_random;

pub(crate) const WRAPPED_FILE: &str = "vault.json";
const LOCK_FILE: &str = "vault.lock";
/// A wrapped key is some 400 bytes; anything larger is not one.
const MAX_FILE_BYTES: u64 = 4096;

/// Held while a key is looked for or made; released when dropped, and by the system when the process dies.
pub(crate) struct HomeLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl HomeLock {
    /// Blocks until no other opening of this home, in this process or another, is under way.
    pub(crate) fn take(home: &Path) -> Result<Self, VaultError> {
        let file = private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(home.join(LOCK_FILE))
            .map_err(home_error(LOCK_FILE))?;
        file.lock().map_err(home_error(LOCK_FILE))?;
        Ok(Self(file))
    }
}

/// The bytes of the wrapped key's file, or `None` when the home has none.
pub(crate) fn read_wrapped(home: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    let file = match File::open(home.join(WRAPPED_FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(home_error(WRAPPED_FILE)(error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(home_error(WRAPPED_FILE))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(VaultError::Corrupt {
            what: "The file vault.json",
            why: "it is far too large",
        });
    }
    Ok(Some(bytes))
}

/// Puts the wrapped key's file in place: written beside it, synced, renamed, and the folder synced. When this returns,
/// the file survives a power cut; when it fails, the old one is untouched.
pub(crate) fn write_wrapped(home: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let mut suffix = [0_u8; 4];
    fill_random(&mut suffix)?;
    let beside = home.join(format!("{WRAPPED_FILE}.{:08x}.new", u32::from_be_bytes(suffix)));
    let written = private(OpenOptions::new().create_new(true).write(true))
        .open(&beside)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&beside, home.join(WRAPPED_FILE)))
        .and_then(|()| sync_folder(home));
    written.map_err(|error| {
        drop(std::fs::remove_file(&beside));
        home_error(WRAPPED_FILE)(error)
    })
}

fn home_error(file: &'static str) -> impl Fn(io::Error) -> VaultError {
    move |error| VaultError::Home { file, kind: error.kind() }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// On Windows the home's folder keeps others out; files inherit from it.
#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn sync_folder(home: &Path) -> io::Result<()> {
    File::open(home)?.sync_all()
}

/// NTFS journals the rename; a folder cannot be synced there.
#[cfg(not(unix))]
fn sync_folder(_home: &Path) -> io::Result<()> {
    Ok(())
}

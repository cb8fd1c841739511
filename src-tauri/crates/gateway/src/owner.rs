//! `gateway.json`: how the terminal finds the process that owns a home. Written whole, readable by its owner only,
//! taken away at the end. Knows nothing of locks: a file left behind by a crash is told by the home's lock, not here.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const FILE: &str = "gateway.json";
/// The real one is about 100 bytes.
const MOST_BYTES: u64 = 4096;

/// Where a home's owner answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The gateway's port on 127.0.0.1.
    pub port: u16,
    /// The owner's process id.
    pub pid: u32,
    /// The session token.
    pub token: String,
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owner")
            .field("port", &self.port)
            .field("pid", &self.pid)
            .finish_non_exhaustive()
    }
}

impl Owner {
    /// Puts the file into `home`, in place of one left behind. Readers see the old one or the new one, never half.
    ///
    /// # Errors
    /// Any I/O error; then the old file, if any, is untouched.
    pub fn write(&self, home: &Path) -> io::Result<()> {
        let draft = home.join(format!("{FILE}.{}.new", self.pid));
        let written = serde_json::to_vec(self).map_err(io::Error::other).and_then(|bytes| {
            // A draft left by a crash of a process with our id could have other rights.
            let _ = fs::remove_file(&draft);
            let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&draft)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&draft, path(home))
        });
        if written.is_err() {
            // Best effort: the error that counts is on its way already.
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// The owner that `home` names; `None` without a file, or with one that is not ours.
    #[must_use]
    pub fn read(home: &Path) -> Option<Self> {
        let mut text = String::new();
        fs::File::open(path(home)).ok()?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Takes the file away if it is still this owner's.
    pub fn remove(&self, home: &Path) {
        if Self::read(home).as_ref() == Some(self)
            && let Err(error) = fs::remove_file(path(home))
        {
            tracing::warn!(%error, "gateway.json stays behind");
        }
    }
}

fn path(home: &Path) -> PathBuf {
    home.join(FILE)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(token: &str) -> Owner {
        Owner { port: 3000, pid: std::process::id(), token: token.to_owned() }
    }

    #[test]
    fn what_is_written_is_read_back_and_taken_away() {
        let home = tempfile::tempdir().expect("a folder");
        owner("first").write(home.path()).expect("written");
        owner("second").write(home.path()).expect("written over");
        assert_eq!(Owner::read(home.path()), Some(owner("second")));
        owner("first").remove(home.path());
        assert!(Owner::read(home.path()).is_some(), "another owner's file stays");
        owner("second").remove(home.path());
        assert_eq!(Owner::read(home.path()), None);
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 0, "no draft is left");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_of_the_home_may_read_the_token() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().expect("a folder");
        owner("secret").write(home.path()).expect("written");
        let mode = fs::metadata(path(home.path())).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{:?}", owner("secret")).contains("secret"));
    }

    #[test]
    fn a_file_that_is_not_ours_names_nobody() {
        let home = tempfile::tempdir().expect("a folder");
        for text in ["", "{", "[]", r#"{"port": 70000, "pid": 1, "token": "x"}"#] {
            fs::write(path(home.path()), text).expect("written");
            assert_eq!(Owner::read(home.path()), None, "{text:?}");
        }
    }
}

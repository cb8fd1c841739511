//! A private desktop session for tests: its own D-Bus, its own unlocked keyring and, for the real
//! window, its own X server. A test must never touch the keyring of the person who runs it.

use std::path::PathBuf;

use crate::shell::{Cmd, Done, Failed, program};

/// Starts the Secret Service, waits until the bus knows it, runs the rest, and ends it.
/// Without the wait D-Bus activates a second daemon, which outlives the bus.
const WITH_KEYRING: &str = r#"printf test | gnome-keyring-daemon --unlock --foreground --components=secrets >/dev/null 2>&1 & keyring=$!
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
      org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q true; do
  tries=$((tries + 1))
  if [ "$tries" -ge 100 ]; then echo "the private Secret Service did not start" >&2; kill "$keyring"; exit 1; fi
  sleep 0.1
done
"$@"
code=$?
kill "$keyring"
exit "$code"
"#;

/// Folders of one private session; removed when dropped.
pub(crate) struct Session {
    dir: PathBuf,
}

impl Session {
    /// None where there is no such thing as a private session (macOS, Windows).
    pub(crate) fn open() -> Done<Option<Self>> {
        if !cfg!(target_os = "linux") {
            return Ok(None);
        }
        for needed in ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"] {
            if program(needed).is_none() {
                return Err(Failed(format!(
                    "{needed} is missing; `cargo xtask setup` installs it"
                )));
            }
        }
        // Short on purpose: socket paths below it may have 107 bytes.
        let dir = std::env::temp_dir().join(format!("signalbox-{}", std::process::id()));
        let session = Self { dir };
        for part in ["run", "data", "config", "cache"] {
            session.make(part).map_err(|error| {
                Failed(format!("{} cannot be made: {error}", session.dir.display()))
            })?;
        }
        Ok(Some(session))
    }

    #[cfg(unix)]
    fn make(&self, part: &str) -> std::io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        // D-Bus and the keyring refuse a runtime folder that others can read.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(self.dir.join(part))
    }

    #[cfg(not(unix))]
    fn make(&self, part: &str) -> std::io::Result<()> {
        std::fs::create_dir_all(self.dir.join(part))
    }

    /// The command on a private bus with a private, unlocked keyring. `HOME` stays: cargo lives there.
    pub(crate) fn keyring(&self, command: Cmd) -> Cmd {
        command
            .under(&["dbus-run-session", "--", "sh", "-c", WITH_KEYRING, "sh"])
            .env("XDG_RUNTIME_DIR", self.dir.join("run"))
            .env("XDG_DATA_HOME", self.dir.join("data"))
            .env("XDG_CONFIG_HOME", self.dir.join("config"))
            .env("XDG_CACHE_HOME", self.dir.join("cache"))
            .env("SIGNALBOX_TEST_SECRET_SERVICE", "1")
    }

    /// The same with an X server of its own, for the real window.
    pub(crate) fn window(&self, command: Cmd) -> Cmd {
        self.keyring(command).env("NO_AT_BRIDGE", "1").env("GDK_BACKEND", "x11").under(&[
            "xvfb-run",
            "-a",
            "-s",
            "-screen 0 1440x900x24",
        ])
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_private_session_has_an_unlocked_keyring_and_passes_the_exit_code_on() {
        let session = Session::open().unwrap().unwrap();
        let ask = "dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
                   org.freedesktop.Secret.Service.ReadAlias string:default";
        let answer = session.keyring(Cmd::new("sh").args(["-c", ask])).quietly();
        assert!(
            answer.is_some_and(|answer| answer.contains("/collection/login")),
            "the login keyring is the default"
        );
        assert!(
            session.keyring(Cmd::new("false")).quietly().is_none(),
            "a failing test must fail the step"
        );
    }
}

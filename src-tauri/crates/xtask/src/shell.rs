//! Running other programs: each is named before it starts, and a failure says which one it was.
//! Refuses to know what any of them is for.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Why a task stopped, in words for a terminal.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) type Done<T = ()> = Result<T, Failed>;

/// Stop with these words.
pub(crate) fn stop<T>(say: impl Into<String>) -> Done<T> {
    Err(Failed(say.into()))
}

/// A program and its arguments, not started yet.
pub(crate) struct Cmd(Command);

impl Cmd {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(is_about_xtask) {
                command.env_remove(name);
            }
        }
        Self(command)
    }

    /// The very cargo that started this program, not whatever the path finds.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.0.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.0.current_dir(dir);
        self
    }

    /// The same command, started by another: `wrapper… program args…`. Environment and folder stay.
    pub(crate) fn under<S: AsRef<OsStr>>(self, wrapper: &[S]) -> Self {
        let [program, before @ ..] = wrapper else { return self };
        let mut outer = Command::new(program);
        outer.args(before).arg(self.0.get_program()).args(self.0.get_args());
        for (name, value) in self.0.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        if let Some(dir) = self.0.get_current_dir() {
            outer.current_dir(dir);
        }
        Self(outer)
    }

    /// Run to the end with the terminal's own output.
    pub(crate) fn run(mut self) -> Done {
        let line = self.line();
        println!("$ {line}");
        let status = self.0.status().map_err(|error| cannot_start(&line, &error))?;
        if status.success() { Ok(()) } else { stop(format!("`{line}` ended with {status}")) }
    }

    /// Run to the end and take what it printed on stdout.
    pub(crate) fn read(mut self) -> Done<String> {
        let line = self.line();
        let output = self
            .0
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| cannot_start(&line, &error))?;
        if !output.status.success() {
            return stop(format!("`{line}` ended with {}", output.status));
        }
        String::from_utf8(output.stdout).map_err(|_| Failed(format!("`{line}` printed no text")))
    }

    /// What it prints on stdout if it can be started and succeeds; nothing is shown.
    pub(crate) fn quietly(mut self) -> Option<String> {
        let output = self.0.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Start it and go on.
    pub(crate) fn start(mut self) -> Done<Child> {
        let line = self.line();
        println!("$ {line}");
        self.0.spawn().map_err(|error| cannot_start(&line, &error))
    }

    /// Become that program, so that Ctrl-C and the exit code are its own. Elsewhere than on Unix: run.
    #[cfg(unix)]
    pub(crate) fn become_it(mut self) -> Done {
        use std::os::unix::process::CommandExt;
        let line = self.line();
        println!("$ {line}");
        Err(cannot_start(&line, &self.0.exec()))
    }

    #[cfg(not(unix))]
    pub(crate) fn become_it(self) -> Done {
        self.run()
    }

    /// As a person would type it; long scripts are shortened to their first line.
    pub(crate) fn line(&self) -> String {
        // Of a program its name is enough; where it lies is noise.
        let program = Path::new(self.0.get_program());
        let program = program.file_name().unwrap_or(program.as_os_str());
        let words = std::iter::once(program).chain(self.0.get_args());
        let words: Vec<String> = words.map(|word| shown(&word.to_string_lossy())).collect();
        words.join(" ")
    }
}

fn shown(word: &str) -> String {
    match word.split_once('\n') {
        Some((first, _)) => format!("'{first} …'"),
        None if word.is_empty() || word.contains([' ', '"', '&', '|']) => format!("'{word}'"),
        None => word.to_owned(),
    }
}

fn cannot_start(line: &str, error: &std::io::Error) -> Failed {
    Failed(format!("`{line}` could not be started: {error}"))
}

/// `cargo run` describes xtask to xtask. Passed on, those variables make build scripts that watch
/// them (ring's does) run again each time the caller alternates between `cargo` and `cargo xtask`.
fn is_about_xtask(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_MANIFEST_LINKS", "CARGO_BIN_NAME"]
            .contains(&name)
        || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "RUST_RECURSION_COUNT"].contains(&name)
}

/// Where a program of this name lies on the path.
pub(crate) fn program(name: &str) -> Option<std::path::PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let names = if cfg!(windows) {
        vec![format!("{name}.exe"), format!("{name}.cmd")]
    } else {
        vec![name.to_owned()]
    };
    std::env::split_paths(&paths)
        .flat_map(|dir| names.iter().map(move |name| dir.join(name)))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let failed = Cmd::new("rustc").arg("--no-such-flag").quietly();
        assert!(failed.is_none(), "a failing program gives nothing");
        let failed = Cmd::new("there-is-no-such-program").arg("x").run().unwrap_err();
        assert!(failed.0.contains("`there-is-no-such-program x`"), "{failed}");
    }

    #[test]
    fn a_wrapped_command_keeps_arguments_and_environment() {
        let inner = Cmd::new("cargo").args(["test", "a b"]).env("SAID", "1").dir("/");
        let outer = inner.under(&["xvfb-run", "-a"]);
        assert_eq!(outer.line(), "xvfb-run -a cargo test 'a b'");
        assert_eq!(outer.0.get_current_dir(), Some(Path::new("/")), "the folder must survive");
        assert!(outer.0.get_envs().any(|(name, _)| name == "SAID"), "the environment must survive");
    }

    #[test]
    fn only_what_cargo_says_about_xtask_is_dropped() {
        assert!(is_about_xtask("CARGO_PKG_VERSION"));
        assert!(is_about_xtask("CARGO_MANIFEST_DIR"));
        for kept in ["CARGO", "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "PATH"] {
            assert!(!is_about_xtask(kept), "{kept} is the person's own choice");
        }
    }

    #[test]
    fn scripts_are_shown_by_their_first_line() {
        assert_eq!(Cmd::new("sh").args(["-c", "one\ntwo"]).line(), "sh -c 'one …'");
    }
}

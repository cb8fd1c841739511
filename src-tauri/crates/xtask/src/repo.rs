//! Where things lie in this repository. The one place that spells its paths.

use std::path::{Path, PathBuf};

use crate::shell::{Cmd, Done, Failed, stop};

/// A checkout.
pub(crate) struct Repo {
    root: PathBuf,
}

impl Repo {
    /// From the place xtask was compiled at, so that it works from any folder.
    pub(crate) fn find() -> Done<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here
            .ancestors()
            .nth(3)
            .ok_or_else(|| Failed("xtask has left src-tauri/crates".into()))?;
        if !root.join("Cargo.toml").is_file() {
            return stop(format!("there is no Cargo.toml in {}", root.display()));
        }
        Ok(Self { root: root.to_owned() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    pub(crate) fn crate_dir(&self, name: &str) -> PathBuf {
        self.root.join("src-tauri/crates").join(name)
    }

    /// Cargo's own target folder.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => self.root.join(dir),
            None => self.root.join("target"),
        }
    }

    /// What xtask keeps between calls: stamps and its own tools.
    pub(crate) fn keep(&self) -> PathBuf {
        self.target().join("xtask")
    }

    /// A program of this workspace in the profile that tests use.
    pub(crate) fn built(&self, name: &str) -> PathBuf {
        self.target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Cargo, at the root.
    pub(crate) fn cargo(&self, words: &[&str]) -> Cmd {
        Cmd::cargo().args(words).dir(&self.root)
    }

    /// A cargo subcommand that is not part of cargo: on the path, else in our own tools, else
    /// compiled there, so that nobody's `~/.cargo/bin` changes behind their back.
    pub(crate) fn cargo_tool(&self, name: &str) -> Done<Cmd> {
        if self.cargo(&[name, "--version"]).quietly().is_some() {
            return Ok(self.cargo(&[name]));
        }
        let tools = self.keep().join("tools");
        let program =
            tools.join("bin").join(format!("cargo-{name}{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() {
            println!(
                "cargo-{name} is not installed; compiling it into {} (some minutes, once)",
                tools.display()
            );
            let package = format!("cargo-{name}");
            self.cargo(&["install", "--locked", "--root"]).arg(&tools).arg(package).run()?;
        }
        // By way of cargo, as the tools expect: some read their own name from the arguments only then.
        let old = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(tools.join("bin")).chain(std::env::split_paths(&old));
        let path = std::env::join_paths(paths).map_err(|error| Failed(error.to_string()))?;
        Ok(self.cargo(&[name]).env("PATH", path))
    }
}

/// A text file, with its name in the failure.
pub(crate) fn read(path: &Path) -> Done<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Failed(format!("{} cannot be read: {error}", path.display())))
}

/// Write a file and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Done {
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failed(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_from_anywhere() {
        let repo = Repo::find().unwrap();
        assert!(repo.has("src-tauri/crates/xtask/Cargo.toml"), "{}", repo.root().display());
        assert!(repo.crate_dir("xtask").is_dir());
    }

    #[test]
    fn a_missing_file_is_named() {
        let failed = read(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(failed.0.contains("/nowhere/at/all"), "{failed}");
    }
}

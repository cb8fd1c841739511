//! Sizes and places: how long a file may be, what may lie at the top, how a file opens.

use super::{Complaint, File};
use crate::bindings;

/// Lines; above the first a warning, above the second a failure.
const LONG: (usize, usize) = (400, 600);

/// All that may lie at the top level.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".gitignore",
    ".taurignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "icons",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src-tauri",
    "tauri.conf.json",
    "tests",
    "ui",
];

/// One idea fits into about 400 lines.
pub(super) fn length(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files {
        let counted = [".rs", ".ts", ".tsx", ".css"].iter().any(|ending| file.is(ending));
        if !counted || file.path == bindings::GENERATED {
            continue;
        }
        let lines = file.text.lines().count();
        if lines > LONG.0 {
            let say = format!(
                "{lines} lines; {} are enough for one idea, {} are the most",
                LONG.0, LONG.1
            );
            let mut complaint = Complaint::new(&file.path, 0, say);
            complaint.mild = lines <= LONG.1;
            complaints.push(complaint);
        }
    }
    complaints
}

/// The first screen a newcomer sees stays readable.
pub(super) fn top_level(files: &[File]) -> Vec<Complaint> {
    let mut names: Vec<&str> =
        files.iter().map(|file| file.path.split('/').next().unwrap_or_default()).collect();
    names.dedup();
    let strange = names.into_iter().filter(|name| !TOP.contains(name));
    strange.map(|name| Complaint::new(name, 0, "does not belong at the top level")).collect()
}

/// A Rust file opens with what it owns; a folder's file has the folder's name. Unit tests in a
/// `tests.rs` of their own are the module's that they lie in, and need not repeat it.
pub(super) fn opening(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is(".rs")) {
        if file.is("/mod.rs") {
            complaints.push(Complaint::new(
                &file.path,
                0,
                "use name.rs beside name/ instead of mod.rs",
            ));
        }
        if !file.is("/tests.rs") && !file.text.starts_with("//!") {
            complaints.push(Complaint::new(
                &file.path,
                1,
                "must open with `//!`: what it owns, what it refuses to own",
            ));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::tests::complaints;
    use super::*;

    #[test]
    fn long_files_are_warned_about_and_very_long_ones_refused() {
        let check = |path: &str, lines: usize| length(&[File::new(path, &"x\n".repeat(lines))]);
        assert!(check("a.rs", 400).is_empty());
        assert!(check("a.rs", 401)[0].mild, "a warning does not fail");
        assert!(!check("ui/src/a.css", 601)[0].mild);
        assert!(check(bindings::GENERATED, 5000).is_empty(), "nobody reads what is generated");
        assert!(check("tests/fixtures/a.json", 5000).is_empty());
    }

    #[test]
    fn the_top_level_is_kept_clean() {
        assert_eq!(
            complaints(top_level, "scripts/a.sh", ""),
            ["scripts: does not belong at the top level"]
        );
        assert_eq!(complaints(top_level, "NOTES.md", "").len(), 1);
        assert!(complaints(top_level, "src-tauri/ARCHITECTURE.md", "").is_empty());
    }

    #[test]
    fn a_file_says_what_it_owns() {
        assert_eq!(complaints(opening, "src-tauri/crates/store/src/a.rs", "use std::fs;").len(), 1);
        assert!(complaints(opening, "src-tauri/crates/store/src/a.rs", "//! Owns a.\n").is_empty());
        assert_eq!(
            complaints(opening, "src-tauri/crates/store/src/a/mod.rs", "//! Owns a.\n").len(),
            1
        );
    }
}

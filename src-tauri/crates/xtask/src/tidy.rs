//! `cargo xtask tidy`: rules that no compiler holds. Each is a pure function from the files to its
//! complaints and has a test that shows it complaining: a rule that cannot fail is no rule.

mod homes;
mod invariants;
mod lex;
mod locks;
mod names;
mod rooms;
mod shape;
mod unfinished;

use std::fmt;

use crate::repo::Repo;
use crate::shell::{Cmd, Done, stop};
use lex::{Language, Lexed};

/// One file of the tree, as the rules see it.
pub(crate) struct File {
    /// From the root, with `/`.
    path: String,
    text: String,
    /// Code with comments and strings apart; None for files that are not Rust or TypeScript.
    lexed: Option<Lexed>,
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        let lexed = Language::of(path).map(|language| lex::lex(text, language));
        Self { path: path.to_owned(), text: text.to_owned(), lexed }
    }

    fn is(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    fn is_typescript(&self) -> bool {
        [".ts", ".tsx", ".mts"].iter().any(|ending| self.is(ending))
    }

    /// Code without comments and string contents; empty for other files.
    fn code(&self) -> &str {
        self.lexed.as_ref().map_or("", |lexed| &lexed.code)
    }

    fn under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }
}

/// Something that breaks a rule.
#[derive(Debug)]
pub(crate) struct Complaint {
    path: String,
    /// From 1; 0 means the whole file.
    line: usize,
    say: String,
    /// Shown, but does not fail.
    mild: bool,
}

impl Complaint {
    fn new(path: &str, line: usize, say: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, say: say.into(), mild: false }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, say, .. } = self;
        let place = if *line == 0 { path.clone() } else { format!("{path}:{line}") };
        write!(f, "{place}: {}{say}", if self.mild { "(warning) " } else { "" })
    }
}

type Rule = fn(&[File]) -> Vec<Complaint>;

const RULES: &[(&str, Rule)] = &[
    ("dependencies run one way", rooms::one_way),
    ("versions live in the root manifest", rooms::versions_at_the_root),
    ("SQL stays in the store", homes::sql),
    ("time comes from the clock", homes::time),
    ("one HTTP client", homes::http),
    ("the host seam", homes::host),
    ("file length", shape::length),
    ("top level", shape::top_level),
    ("files open with what they own", shape::opening),
    ("nothing unfinished or left out", unfinished::check),
    ("names", names::check),
    ("lock files", locks::check),
    ("invariants name their tests", invariants::check),
];

pub(crate) fn run(repo: &Repo) -> Done {
    let files = tree(repo)?;
    let mut failures = 0;
    for (name, rule) in RULES {
        let complaints = rule(&files);
        let failing = complaints.iter().filter(|complaint| !complaint.mild).count();
        println!("{} {name}", if failing == 0 { "ok  " } else { "FAIL" });
        complaints.iter().for_each(|complaint| println!("       {complaint}"));
        failures += failing;
    }
    println!("{} files, {} rules", files.len(), RULES.len());
    if failures == 0 { Ok(()) } else { stop(format!("tidy: {failures} complaints")) }
}

/// All text files that git knows or would take in.
fn tree(repo: &Repo) -> Done<Vec<File>> {
    // A checkout that belongs to someone else (a CI's, often) is read, not trusted to run anything.
    let list = Cmd::new("git")
        .args([
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .dir(repo.root())
        .read()?;
    let mut paths: Vec<&str> = list.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut files = Vec::new();
    for path in paths {
        // Deleted but not yet committed: not there any more.
        let Ok(bytes) = std::fs::read(repo.at(path)) else { continue };
        // Pictures count by name only.
        let text = String::from_utf8(bytes).unwrap_or_default();
        files.push(File::new(path, &text));
    }
    Ok(files)
}

/// Lines (from 1) on which `word` stands in `text` as a whole word, where its ends are word-like.
fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let starts = word.starts_with(is_word);
    let ends = word.ends_with(is_word);
    let mut lines = Vec::new();
    for (at, _) in text.match_indices(word) {
        let before = text[..at].chars().next_back().is_some_and(is_word);
        let after = text[at + word.len()..].chars().next().is_some_and(is_word);
        if !(starts && before || ends && after) {
            lines.push(line_of(text, at));
        }
    }
    lines
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one rule says about one file, for the tests of the rules.
    pub(super) fn complaints(rule: Rule, path: &str, text: &str) -> Vec<String> {
        rule(&[File::new(path, text)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_are_found_whole() {
        assert_eq!(lines_with("a\nUtc::now()\nMyUtc::now()\nUtc::nowhere", "Utc::now"), [2]);
        assert_eq!(lines_with("x.only(", ".only("), [1], "punctuation has no word ends");
    }

    #[test]
    fn the_tree_is_read_with_this_file_in_it() {
        let repo = Repo::find().unwrap();
        let files = tree(&repo).unwrap();
        let own =
            files.iter().find(|file| file.path == "src-tauri/crates/xtask/src/tidy.rs").unwrap();
        assert!(own.code().contains("fn tree"), "code is kept");
        assert!(!own.code().contains("All text files that git knows"), "comments are not code");
    }

    #[test]
    fn a_complaint_names_file_and_line() {
        let mut complaint = Complaint::new("a.rs", 3, "no");
        assert_eq!(complaint.to_string(), "a.rs:3: no");
        complaint.mild = true;
        assert_eq!(complaint.to_string(), "a.rs:3: (warning) no");
    }
}

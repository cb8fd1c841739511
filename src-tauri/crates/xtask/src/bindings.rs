//! `cargo xtask bindings`: the TypeScript side of the command table, written by the api crate.

use crate::repo::{self, Repo};
use crate::shell::{Cmd, Done, stop};

/// The committed file.
pub(crate) const GENERATED: &str = "ui/src/api/generated.ts";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Change nothing; fail if the committed file is not what the command table gives
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    let exporter = repo.cargo(&[
        "run",
        "--quiet",
        "--package",
        "signalbox-api",
        "--bin",
        "export-bindings",
        "--",
    ]);
    if args.check { compare(repo, exporter) } else { exporter.arg(repo.at(GENERATED)).run() }
}

/// The check with the exporter that the test run has built already.
pub(crate) fn check_built(repo: &Repo) -> Done {
    compare(repo, Cmd::new(repo.built("export-bindings")).dir(repo.root()))
}

pub(crate) fn has_exporter(repo: &Repo) -> bool {
    repo.crate_dir("api").join("src/bin/export-bindings.rs").is_file()
}

fn compare(repo: &Repo, exporter: Cmd) -> Done {
    let fresh = repo.keep().join("generated.ts");
    repo::write(&fresh, "")?;
    exporter.arg(&fresh).run()?;
    let committed = std::fs::read_to_string(repo.at(GENERATED)).unwrap_or_default();
    match first_difference(&committed, &repo::read(&fresh)?) {
        None => {
            println!("{GENERATED} is what the command table gives");
            Ok(())
        }
        Some(difference) => stop(format!(
            "{GENERATED} is not what the command table gives; type `cargo xtask bindings` and commit it\n{difference}"
        )),
    }
}

/// Line number and both lines; line ends do not count, because git may change them.
fn first_difference(committed: &str, fresh: &str) -> Option<String> {
    let (mut old, mut new) = (committed.lines(), fresh.lines());
    for number in 1.. {
        match (old.next(), new.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                let [a, b] = [a, b].map(|line| line.unwrap_or("(end of file)"));
                return Some(format!("line {number}\n  committed: {a}\n  generated: {b}"));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_shown_by_line() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\r\nb\r\n", "a\nb\n"), None, "line ends are git's business");
        let changed = first_difference("a\nb\n", "a\nc\n").unwrap();
        assert!(changed.contains("line 2") && changed.contains("generated: c"), "{changed}");
        let longer = first_difference("a\n", "a\nb\n").unwrap();
        assert!(longer.contains("committed: (end of file)"), "{longer}");
        assert!(first_difference("", "a\n").is_some(), "a missing file is drift");
    }
}

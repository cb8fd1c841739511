//! `cargo xtask coverage`: which share of the lines under the windows runs in tests, crate by crate.
//! A measurement, not a gate: the number is for people.

use serde_json::Value;

use crate::repo::{self, Repo};
use crate::session::Session;
use crate::shell::{Cmd, Done, Failed, stop};
use crate::test;

/// What the issue asks to know; hosts and tools are covered by the tests that drive them.
const CRATES: [&str; 7] = ["domain", "store", "vault", "providers", "engine", "api", "gateway"];

/// One source file: path, lines that ran, lines that could.
type Lines = (String, u64, u64);

pub(crate) fn run(repo: &Repo) -> Done {
    let out = repo.keep().join("coverage");
    std::fs::create_dir_all(&out).map_err(|error| Failed(format!("{}: {error}", out.display())))?;
    let packages =
        CRATES.iter().flat_map(|name| ["--package".to_owned(), format!("signalbox-{name}")]);
    let lines = if llvm_tools(repo) {
        let report = out.join("llvm-cov.json");
        let command =
            repo.cargo(&["llvm-cov", "--json", "--summary-only", "--output-path"]).arg(&report);
        measure(repo, command.args(packages))?;
        from_llvm(&parse(&report)?)
    } else {
        let command = repo.cargo_tool("tarpaulin")?.args([
            "--engine",
            "llvm",
            "--skip-clean",
            "--out",
            "Json",
        ]);
        let command = command.arg("--target-dir").arg(repo.keep().join("coverage-target"));
        measure(repo, command.arg("--output-dir").arg(&out).args(packages))?;
        from_tarpaulin(&parse(&out.join("tarpaulin-report.json"))?)
    };
    match table(&lines) {
        Some(table) => println!("\n{table}"),
        None => return stop("the report names no file of ours"),
    }
    Ok(())
}

/// cargo-llvm-cov is of no use without the compiler's own llvm-tools.
fn llvm_tools(repo: &Repo) -> bool {
    let sysroot = Cmd::new("rustc").args(["--print", "sysroot"]).quietly().unwrap_or_default();
    let parts = std::path::Path::new(sysroot.trim()).join("lib/rustlib");
    let targets = std::fs::read_dir(parts).into_iter().flatten().flatten();
    let profdata = format!("bin/llvm-profdata{}", std::env::consts::EXE_SUFFIX);
    let there = targets.map(|entry| entry.path().join(&profdata)).any(|path| path.is_file());
    there && repo.cargo(&["llvm-cov", "--version"]).quietly().is_some()
}

fn measure(repo: &Repo, command: Cmd) -> Done {
    let command = test::with_programs(repo, command);
    match Session::open()? {
        Some(session) => session.keyring(command).run(),
        None => command.run(),
    }
}

fn parse(report: &std::path::Path) -> Done<Value> {
    serde_json::from_str(&repo::read(report)?)
        .map_err(|error| Failed(format!("{}: {error}", report.display())))
}

fn from_llvm(report: &Value) -> Vec<Lines> {
    let files = report["data"][0]["files"].as_array().into_iter().flatten();
    files
        .filter_map(|file| {
            let lines = &file["summary"]["lines"];
            Some((
                file["filename"].as_str()?.replace('\\', "/"),
                lines["covered"].as_u64()?,
                lines["count"].as_u64()?,
            ))
        })
        .collect()
}

fn from_tarpaulin(report: &Value) -> Vec<Lines> {
    let files = report["files"].as_array().into_iter().flatten();
    files
        .filter_map(|file| {
            let parts: Vec<&str> =
                file["path"].as_array()?.iter().filter_map(Value::as_str).collect();
            Some((parts.join("/"), file["covered"].as_u64()?, file["coverable"].as_u64()?))
        })
        .collect()
}

/// A row for each crate, and one for all; None where there is nothing to count.
fn table(lines: &[Lines]) -> Option<String> {
    let mut rows = Vec::new();
    let mut all = (0, 0);
    for name in CRATES {
        let source = format!("/src-tauri/crates/{name}/src/");
        let ours = lines
            .iter()
            .filter(|(path, _, _)| format!("/{path}").contains(&source) && !is_test(path));
        let (ran, could) = ours.fold((0, 0), |(ran, could), (_, a, b)| (ran + a, could + b));
        rows.push(row(name, ran, could));
        all = (all.0 + ran, all.1 + could);
    }
    rows.push(row("together", all.0, all.1));
    (all.1 > 0).then(|| rows.join("\n"))
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn row(name: &str, ran: u64, could: u64) -> String {
    if could == 0 {
        return format!("{name:<10}   not measured");
    }
    // Tenths of a percent, rounded down: 90.0 must mean 90.
    let tenths = ran * 1000 / could;
    format!("{name:<10} {:>3}.{} %  {ran:>6} of {could} lines", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_reports_are_read() {
        let llvm = serde_json::json!({"data": [{"files": [
            {"filename": "/w/src-tauri/crates/store/src/a.rs", "summary": {"lines": {"count": 10, "covered": 9}}}]}]});
        let tarpaulin = serde_json::json!({"files": [
            {"path": ["/", "w", "src-tauri", "crates", "store", "src", "a.rs"], "covered": 9, "coverable": 10}]});
        for lines in [from_llvm(&llvm), from_tarpaulin(&tarpaulin)] {
            let table = table(&lines).unwrap();
            assert!(table.contains("store       90.0 %       9 of 10 lines"), "{table}");
            assert!(table.contains("engine       not measured"), "nothing is guessed: {table}");
        }
    }

    #[test]
    fn tests_do_not_count_as_covered_code_and_nothing_is_rounded_up() {
        let file = |path: &str, ran| (format!("src-tauri/crates/domain/src/{path}"), ran, 1000);
        let table = table(&[file("a.rs", 899), file("a/tests.rs", 1000)]).unwrap();
        assert!(table.contains("domain      89.9 %"), "{table}");
        assert!(super::table(&[]).is_none());
    }
}

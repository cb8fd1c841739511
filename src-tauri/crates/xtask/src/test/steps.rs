//! The steps of `cargo xtask test`, in order: what is quick and often wrong comes first. Each can be
//! run alone, so each brings what it needs itself; what is done already costs nothing.

use crate::bindings;
use crate::manifest::Manifest;
use crate::node;
use crate::repo::Repo;
use crate::session::Session;
use crate::setup::{self, Purpose};
use crate::shell::{Cmd, Done, program, stop};
use crate::tidy;

pub(crate) struct Step {
    pub(crate) key: &'static str,
    pub(crate) what: &'static str,
    /// Left out by `--fast`.
    pub(crate) slow: bool,
    /// In words, the manifest that must exist for this step to mean anything.
    pub(crate) stands_on: &'static str,
    pub(crate) there: fn(&Repo) -> bool,
    pub(crate) run: fn(&Repo) -> Done,
}

/// A step that stands on nothing but the repository.
const ALWAYS: Step = Step {
    key: "",
    what: "",
    slow: false,
    stands_on: "repository",
    there: |_| true,
    run: |_| stop("a step without work"),
};

pub(crate) const STEPS: &[Step] = &[
    Step {
        key: "system",
        what: "what the machine must have",
        run: |_| setup::ensure(Purpose::Test),
        ..ALWAYS
    },
    Step { key: "packages", what: "npm packages from the lock files", run: packages, ..ALWAYS },
    Step {
        key: "fmt",
        what: "rustfmt",
        run: |repo| repo.cargo(&["fmt", "--all", "--", "--check"]).run(),
        ..ALWAYS
    },
    Step { key: "tidy", what: "the rules of the house", run: tidy::run, ..ALWAYS },
    Step {
        key: "ui-lint",
        what: "Biome, accessibility rules included",
        stands_on: "script `lint` in ui/package.json",
        there: |repo| node::has_script(repo, "ui", "lint"),
        run: |repo| script(repo, "lint"),
        ..ALWAYS
    },
    Step {
        key: "ui-types",
        what: "tsc",
        stands_on: "script `typecheck` in ui/package.json",
        there: |repo| node::has_script(repo, "ui", "typecheck"),
        run: |repo| script(repo, "typecheck"),
        ..ALWAYS
    },
    Step {
        key: "ui-test",
        what: "Vitest",
        stands_on: "script `test` in ui/package.json",
        there: |repo| node::has_script(repo, "ui", "test"),
        run: |repo| script(repo, "test"),
        ..ALWAYS
    },
    Step {
        key: "ui-build",
        what: "the page as it ships",
        stands_on: "script `build` in ui/package.json",
        there: |repo| node::has_script(repo, "ui", "build"),
        run: node::build_ui,
        ..ALWAYS
    },
    Step {
        key: "clippy",
        what: "clippy, warnings denied",
        run: |repo| {
            repo.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()
        },
        ..ALWAYS
    },
    Step { key: "build", what: "programs and tests", run: build, ..ALWAYS },
    Step {
        key: "bindings",
        what: "the TypeScript client is what the command table gives",
        stands_on: "src-tauri/crates/api/src/bin/export-bindings.rs",
        there: bindings::has_exporter,
        run: |repo| build(repo).and_then(|()| bindings::check_built(repo)),
        ..ALWAYS
    },
    Step { key: "cargo", what: "Rust tests, with a private keyring", run: cargo_tests, ..ALWAYS },
    Step {
        key: "doc",
        what: "the examples in the documentation",
        run: |repo| repo.cargo(&["test", "--workspace", "--doc"]).run(),
        ..ALWAYS
    },
    Step {
        key: "e2e",
        what: "every screen in a browser",
        slow: true,
        stands_on: "tests/e2e/package.json",
        there: |repo| repo.has("tests/e2e/package.json"),
        run: e2e,
    },
    Step {
        key: "native",
        what: "the real window",
        slow: true,
        stands_on: "test target `native` in Cargo.toml or tests/native/*.test.mjs",
        there: |repo| native_in_cargo(repo) || native_in_node(repo),
        run: native,
    },
];

fn packages(repo: &Repo) -> Done {
    node::PACKAGES.iter().try_for_each(|dir| node::install(repo, dir))?;
    println!("npm packages: all there");
    Ok(())
}

fn script(repo: &Repo, name: &str) -> Done {
    node::install(repo, "ui")?;
    node::npm(repo, "ui", &["run", name]).run()
}

/// One selection for programs, bindings and tests: with another one cargo would resolve features
/// anew and compile half of the dependencies twice.
fn build(repo: &Repo) -> Done {
    repo.cargo(&["build", "--workspace", "--bins", "--tests"]).run()
}

fn cargo_tests(repo: &Repo) -> Done {
    node::install(repo, "tests/peers")?;
    let nextest = repo.cargo(&["nextest", "--version"]).quietly().is_some();
    let command = if nextest {
        let config = repo.at(".cargo/nextest.toml");
        repo.cargo(&["nextest", "run", "--workspace", "--config-file"]).arg(config)
    } else {
        println!(
            "cargo-nextest is not installed: plain cargo test does the same, one program at a time"
        );
        repo.cargo(&["test", "--workspace", "--bins", "--lib", "--tests", "--no-fail-fast"])
    };
    in_session(with_programs(repo, command), Session::keyring)
}

fn npm_test(repo: &Repo, dir: &str, words: &[&str]) -> Done {
    node::install(repo, dir)?;
    build(repo)?;
    in_session(with_programs(repo, node::npm(repo, dir, words)), Session::keyring)
}

fn e2e(repo: &Repo) -> Done {
    node::build_ui(repo)?;
    let own = node::has_script(repo, "tests/e2e", "test");
    npm_test(
        repo,
        "tests/e2e",
        if own { &["test"] } else { &["exec", "--no", "--", "playwright", "test"] },
    )
}

/// `test = false` keeps the target out of the step `cargo`, which has no display.
fn native_in_cargo(repo: &Repo) -> bool {
    Manifest::open(&repo.at("Cargo.toml"))
        .is_ok_and(|root| root.targets("test").iter().any(|name| name == "native"))
}

fn native_in_node(repo: &Repo) -> bool {
    let entries = std::fs::read_dir(repo.at("tests/native")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().ends_with(".test.mjs"))
}

fn native(repo: &Repo) -> Done {
    node::build_ui(repo)?;
    build(repo)?;
    if native_in_cargo(repo) {
        let command = repo.cargo(&["test", "--workspace", "--test", "native"]);
        in_session(with_programs(repo, command), Session::window)?;
    }
    if native_in_node(repo) {
        node::install(repo, "tests/native")?;
        let command = Cmd::new("node").arg("--test").dir(repo.at("tests/native"));
        in_session(with_programs(repo, command), Session::window)?;
    }
    Ok(())
}

fn in_session(command: Cmd, put: fn(&Session, Cmd) -> Cmd) -> Done {
    match Session::open()? {
        Some(session) => put(&session, command).run(),
        None => command.run(),
    }
}

/// Tells a test where the programs are that it drives.
pub(crate) fn with_programs(repo: &Repo, command: Cmd) -> Cmd {
    let mut command = node::with_chromium(command)
        .env("SIGNALBOX_CLI", repo.built("signalbox-cli"))
        .env("SIGNALBOX_APP", repo.built("signalbox"));
    if let Some(driver) = program("WebKitWebDriver") {
        command = command.env("WEBKIT_DRIVER", driver);
    }
    command
}

//! `cargo xtask screenshots`: a picture of every screen, by the end-to-end tests' own project. The two that the
//! README shows are renewed with them.

use crate::node;
use crate::repo::Repo;
use crate::setup::{self, Purpose};
use crate::shell::{Done, stop};
use crate::test;

/// Pictures of the README; the project takes them under these names.
const README: [&str; 2] = ["overview-light.png", "triage-dark.png"];

pub(crate) fn run(repo: &Repo) -> Done {
    if !repo.has("tests/e2e/package.json") {
        return stop("there is no tests/e2e/package.json");
    }
    setup::ensure(Purpose::Test)?;
    node::build_ui(repo)?;
    node::install(repo, "tests/e2e")?;
    repo.cargo(&["build", "--package", "signalbox-cli"]).run()?;
    let out = repo.target().join("screenshots");
    let words: &[&str] = if node::has_script(repo, "tests/e2e", "screenshots") {
        &["run", "screenshots"]
    } else {
        &["exec", "--no", "--", "playwright", "test", "--project=screenshots"]
    };
    test::with_programs(repo, node::npm(repo, "tests/e2e", words))
        .env("SIGNALBOX_SCREENSHOTS", &out)
        .run()?;
    for name in README {
        let place = repo.at("ui/screenshots").join(name);
        if let Err(error) = std::fs::copy(out.join(name), &place) {
            return stop(format!("{} cannot be renewed: {error}", place.display()));
        }
    }
    println!("Look at them: {}. Those of the README are renewed", out.display());
    Ok(())
}

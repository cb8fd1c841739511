//! `cargo xtask screenshots`: a picture of every screen, by the end-to-end tests' own project.

use crate::node;
use crate::repo::Repo;
use crate::setup::{self, Purpose};
use crate::shell::{Done, stop};
use crate::test;

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
    println!("Look at them: {}", out.display());
    Ok(())
}

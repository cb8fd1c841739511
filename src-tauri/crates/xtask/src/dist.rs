//! `cargo xtask dist`: packages that can be installed. On Linux deb and rpm: both are made without
//! any download, which the other formats are not.

use crate::node;
use crate::repo::Repo;
use crate::setup::{self, Purpose};
use crate::shell::Done;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Formats, separated by commas
    #[arg(long, default_value = default_bundles())]
    bundles: String,
}

fn default_bundles() -> &'static str {
    if cfg!(target_os = "macos") {
        "app,dmg"
    } else if cfg!(windows) {
        "nsis"
    } else {
        "deb,rpm"
    }
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    setup::ensure(Purpose::Desktop)?;
    node::tauri(repo)?.args(["build", "--bundles", &args.bundles]).run()?;
    println!("Packages: {}", repo.target().join("release/bundle").display());
    Ok(())
}

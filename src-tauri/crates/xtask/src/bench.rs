//! `cargo xtask bench`: the measurements that `src-tauri/docs/benchmarks.md` reports.

use crate::manifest::Manifest;
use crate::repo::Repo;
use crate::shell::{Cmd, Done, stop};

/// Crates whose speed is promised.
const MEASURED: [&str; 3] = ["store", "engine", "gateway"];
/// The driver that installs other queues outside the workspace and runs them beside ours.
const PEERS: &str = "tests/peers/bench/run.mjs";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also install other embedded queues, outside the workspace, and run them in the same run
    #[arg(long)]
    peers: bool,
    /// Passed to the benches (a filter, say)
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    let mut found = 0;
    for name in MEASURED {
        let manifest = Manifest::open(&repo.crate_dir(name).join("Cargo.toml"))?;
        // One by one: `cargo bench -p` would also start the unit tests' harness, which knows no filter.
        for bench in manifest.targets("bench") {
            found += 1;
            let package = format!("signalbox-{name}");
            repo.cargo(&["bench", "--package", &package, "--bench", &bench, "--"])
                .args(&args.rest)
                .run()?;
        }
    }
    if found == 0 {
        return stop(format!("none of {} has a [[bench]] target", MEASURED.join(", ")));
    }
    if args.peers { peers(repo) } else { Ok(()) }
}

fn peers(repo: &Repo) -> Done {
    if !repo.has(PEERS) {
        return stop(format!("{PEERS} is missing"));
    }
    let outside = std::env::var_os("SIGNALBOX_PEERS_DIR")
        .map_or_else(|| std::env::temp_dir().join("signalbox-peers"), std::path::PathBuf::from);
    println!("Other queues are installed in {} (outside the workspace)", outside.display());
    Cmd::new("node").arg(repo.at(PEERS)).dir(repo.root()).env("SIGNALBOX_PEERS_DIR", outside).run()
}

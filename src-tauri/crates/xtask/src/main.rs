//! The project's own commands. `run` and `test` are the two a newcomer needs; each says what it
//! does and installs what is missing. Knows the product only by its manifests, paths and programs:
//! nothing here links a product crate, so that it compiles first and in seconds.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a terminal is the only place xtask speaks"
)]

mod audit;
mod bench;
mod bindings;
mod campaign;
mod coverage;
mod dev;
mod dist;
mod manifest;
mod node;
mod repo;
mod run;
mod screenshots;
mod session;
mod setup;
mod shell;
mod stamp;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repo::Repo;

/// The project's own commands; `cargo xtask run` and `cargo xtask test` are all a newcomer needs.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build, and open Signalbox (headless where there is no display)
    Run(run::Args),
    /// Everything a change must pass, step by step
    Test(test::Args),
    /// Install what is missing and stop
    Setup,
    /// Work on Signalbox: the page reloads when it is saved
    Dev(dev::Args),
    /// Write the TypeScript types and client from the command table, or compare them
    Bindings(bindings::Args),
    /// The rules of the house that no compiler holds
    Tidy,
    /// Measure; `--peers` adds other queues in the same run
    Bench(bench::Args),
    /// Kill the sender, or cut its power, many times
    Campaign(campaign::Args),
    /// Line coverage of the crates under the windows
    Coverage,
    /// A picture of every screen, light and dark
    Screenshots,
    /// Licences and unused dependencies
    Audit,
    /// Installable packages
    Dist(dist::Args),
}

fn main() -> ExitCode {
    let task = Cli::parse().task;
    let outcome = Repo::find().and_then(|repo| match task {
        Task::Run(args) => run::run(&repo, &args),
        Task::Test(args) => test::run(&repo, &args),
        Task::Setup => setup::run(&repo),
        Task::Dev(args) => dev::run(&repo, &args),
        Task::Bindings(args) => bindings::run(&repo, &args),
        Task::Tidy => tidy::run(&repo),
        Task::Bench(args) => bench::run(&repo, &args),
        Task::Campaign(args) => campaign::run(&repo, &args),
        Task::Coverage => coverage::run(&repo),
        Task::Screenshots => screenshots::run(&repo),
        Task::Audit => audit::run(&repo),
        Task::Dist(args) => dist::run(&repo, &args),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            if !failed.0.is_empty() {
                eprintln!("\n{failed}");
            }
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

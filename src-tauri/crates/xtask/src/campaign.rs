//! `cargo xtask campaign`: the same tests as in `cargo xtask test`, many more times.

use clap::ValueEnum;

use crate::repo::Repo;
use crate::shell::{Done, stop};

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// kill -9 while sending against a counting provider
    Kill,
    /// Only bytes that were synced survive
    Power,
}

#[derive(clap::Args)]
pub(crate) struct Args {
    kind: Kind,
    /// How many times [default: 1000 kills, 500 cuts]
    times: Option<u32>,
    /// With an optimised build
    #[arg(long)]
    release: bool,
}

/// Where a campaign's test lies, and what it reads.
struct Plan {
    package: &'static str,
    /// The test target.
    target: &'static str,
    /// What the path of its tests begins with, and what else is in it.
    within: (&'static str, &'static str),
    /// The variable that says how often, and how often by default.
    dose: (&'static str, u32),
}

impl Kind {
    fn plan(self) -> Plan {
        match self {
            Self::Kill => Plan {
                package: "signalbox-engine",
                target: "engine",
                within: ("campaign::", "kill"),
                dose: ("SIGNALBOX_KILLS", 1000),
            },
            Self::Power => Plan {
                package: "signalbox-store",
                target: "store",
                within: ("power::", "power_cut"),
                dose: ("SIGNALBOX_CUTS", 500),
            },
        }
    }
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    let plan = args.kind.plan();
    let profile: &[&str] = if args.release { &["--release"] } else { &[] };
    let tests =
        || repo.cargo(&["test", "--package", plan.package, "--test", plan.target]).args(profile);
    let names = of_campaign(&tests().args(["--", "--list"]).read()?, plan.within);
    if names.is_empty() {
        let (start, word) = plan.within;
        return stop(format!(
            "the tests `{}` of {} have none that begins with `{start}` and has `{word}` in its path: nothing was run",
            plan.target, plan.package
        ));
    }
    let (variable, often) = plan.dose;
    let times = args.times.unwrap_or(often);
    println!("{times} times ({variable}): {}", names.join(", "));
    // One at a time: each starts and kills processes of its own and should have the machine.
    tests()
        .args(["--", "--exact", "--nocapture", "--test-threads", "1"])
        .args(&names)
        .env(variable, times.to_string())
        .run()
}

/// Full paths of the campaign's tests in the output of `--list`.
fn of_campaign(list: &str, (start, word): (&str, &str)) -> Vec<String> {
    let tests = list.lines().filter_map(|line| line.strip_suffix(": test"));
    tests.filter(|name| name.starts_with(start) && name.contains(word)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_campaign_of_that_kind_is_run() {
        let list = "campaign::kill_loses_nothing: test\npower::a_power_cut_loses_nothing: test\npower::other: test\nkill: test\n4 tests, 0 benchmarks\n";
        let of = |kind: Kind| of_campaign(list, kind.plan().within);
        assert_eq!(of(Kind::Kill), ["campaign::kill_loses_nothing"]);
        assert_eq!(of(Kind::Power), ["power::a_power_cut_loses_nothing"]);
        let none = of_campaign("other: test\n", Kind::Kill.plan().within);
        assert!(none.is_empty(), "an empty campaign must be noticed");
    }
}

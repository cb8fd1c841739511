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

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Power => "power",
        }
    }

    /// The variable that the test reads, and how often by default.
    fn dose(self) -> (&'static str, u32) {
        match self {
            Self::Kill => ("SIGNALBOX_KILLS", 1000),
            Self::Power => ("SIGNALBOX_CUTS", 500),
        }
    }
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    let profile: &[&str] = if args.release { &["--release"] } else { &[] };
    let tests =
        || repo.cargo(&["test", "--package", "signalbox-engine", "--test", "engine"]).args(profile);
    let names = of_campaign(&tests().args(["--", "--list"]).read()?, args.kind.word());
    if names.is_empty() {
        return stop(format!(
            "tests/engine has no test with `campaign` and `{}` in its path: nothing was run",
            args.kind.word()
        ));
    }
    let (variable, often) = args.kind.dose();
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
fn of_campaign(list: &str, word: &str) -> Vec<String> {
    let tests = list.lines().filter_map(|line| line.strip_suffix(": test"));
    tests
        .filter(|name| name.contains("campaign") && name.contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_campaign_of_that_kind_is_run() {
        let list = "campaign::kill_loses_nothing: test\ncampaign::power_cut_loses_nothing: test\nkill: test\n3 tests, 0 benchmarks\n";
        assert_eq!(of_campaign(list, Kind::Kill.word()), ["campaign::kill_loses_nothing"]);
        assert_eq!(of_campaign(list, Kind::Power.word()), ["campaign::power_cut_loses_nothing"]);
        assert!(
            of_campaign("other: test\n", "kill").is_empty(),
            "an empty campaign must be noticed"
        );
    }
}

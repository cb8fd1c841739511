//! `cargo xtask test`: everything a change must pass. Here: choosing steps, timing them, stopping at
//! the first that fails, and the last line. What each step does is in `steps`.

mod steps;

use std::time::{Duration, Instant};

use crate::repo::Repo;
use crate::shell::{Done, Failed, stop};

pub(crate) use steps::with_programs;
use steps::{STEPS, Step};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Without the browser and the real window
    #[arg(long)]
    fast: bool,
    /// Name the steps and stop
    #[arg(long)]
    list: bool,
    /// Only these steps (`ui` stands for all that begin with `ui-`); nothing is installed unless asked for
    only: Vec<String>,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    let chosen = choose(STEPS, args)?;
    let (present, absent): (Vec<&Step>, Vec<&Step>) =
        chosen.into_iter().partition(|step| (step.there)(repo));
    println!("Steps: {}", names(&present));
    for step in &absent {
        println!("Left out: {} (there is no {})", step.key, step.stands_on);
    }
    if args.fast {
        println!("Left out: what is slow (--fast)");
    }
    if args.list {
        STEPS.iter().for_each(|step| println!("  {:<10} {}", step.key, step.what));
        return Ok(());
    }
    if present.is_empty() {
        return stop("nothing to run");
    }
    let mut took = Vec::new();
    for (number, step) in present.iter().enumerate() {
        println!("\n=== {}/{} {}: {} ===", number + 1, present.len(), step.key, step.what);
        let started = Instant::now();
        let outcome = (step.run)(repo);
        let time = started.elapsed();
        took.push((step.key, time));
        if let Err(failed) = outcome {
            println!("--- {} FAILED after {}", step.key, clock(time));
            println!("\n{}", summary(&took, Some(&failed), &names(&present[number + 1..])));
            // All is said, and its last line must stay the last.
            return stop("");
        }
        println!("--- {} passed in {}", step.key, clock(time));
    }
    println!("\n{}", summary(&took, None, ""));
    Ok(())
}

/// The steps that these arguments mean, in their own order.
fn choose<'a>(steps: &'a [Step], args: &Args) -> Done<Vec<&'a Step>> {
    let named =
        |step: &Step, word: &str| step.key == word || step.key.starts_with(&format!("{word}-"));
    if let Some(word) = args.only.iter().find(|word| !steps.iter().any(|step| named(step, word))) {
        let all: Vec<&Step> = steps.iter().collect();
        return stop(format!("there is no step `{word}`; the steps are {}", names(&all)));
    }
    let wanted = |step: &&Step| {
        (args.only.is_empty() || args.only.iter().any(|word| named(step, word)))
            && !(args.fast && step.slow)
    };
    Ok(steps.iter().filter(wanted).collect())
}

fn names(steps: &[&Step]) -> String {
    let keys: Vec<&str> = steps.iter().map(|step| step.key).collect();
    keys.join(", ")
}

/// Times of all steps, what stopped them, and as the last line what a machine reads.
fn summary(took: &[(&str, Duration)], failed: Option<&Failed>, not_run: &str) -> String {
    let mut lines: Vec<String> =
        took.iter().map(|(key, time)| format!("  {key:<10} {:>12}", clock(*time))).collect();
    lines.push(format!(
        "  {:<10} {:>12}",
        "together",
        clock(took.iter().map(|(_, time)| *time).sum())
    ));
    let failures = usize::from(failed.is_some());
    if let (Some(failed), Some((key, _))) = (failed, took.last()) {
        lines.push(format!("Stopped at {key}: {failed}"));
        if !not_run.is_empty() {
            lines.push(format!("Not run: {not_run}"));
        }
        lines.push(format!("Again, this step alone: cargo xtask test {key}"));
    }
    lines.push(format!("{} passed, {failures} failed", took.len() - failures));
    lines.join("\n")
}

fn clock(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(fast: bool, only: &[&str]) -> Args {
        Args { fast, list: false, only: only.iter().map(|word| (*word).to_owned()).collect() }
    }

    fn keys(args: &Args) -> Vec<&'static str> {
        choose(STEPS, args).unwrap().iter().map(|step| step.key).collect()
    }

    #[test]
    fn fast_leaves_out_browser_and_window_and_nothing_else() {
        let all = keys(&args(false, &[]));
        let fast = keys(&args(true, &[]));
        let left_out: Vec<_> = all.iter().filter(|key| !fast.contains(key)).collect();
        assert_eq!(left_out, [&"e2e", &"native"]);
    }

    #[test]
    fn a_family_of_steps_goes_by_its_first_word() {
        assert_eq!(keys(&args(false, &["ui"])), ["ui-lint", "ui-types", "ui-test", "ui-build"]);
        assert_eq!(keys(&args(false, &["tidy", "fmt"])), ["fmt", "tidy"], "steps keep their order");
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_known_ones() {
        let failed = choose(STEPS, &args(false, &["everything"])).err().unwrap();
        assert!(failed.0.contains("`everything`") && failed.0.contains("clippy"), "{failed}");
    }

    #[test]
    fn steps_have_names_of_their_own() {
        for (n, step) in STEPS.iter().enumerate() {
            assert!(
                STEPS[n + 1..].iter().all(|other| other.key != step.key),
                "{} is there twice",
                step.key
            );
        }
    }

    #[test]
    fn the_last_line_counts() {
        let took = [("fmt", Duration::from_millis(1500)), ("clippy", Duration::from_secs(125))];
        let good = summary(&took, None, "");
        assert!(good.ends_with("\n2 passed, 0 failed"), "{good}");
        assert!(good.contains("2 min 05 s"), "{good}");
        let bad = summary(&took, Some(&Failed("no".into())), "cargo, e2e");
        assert!(bad.ends_with("\n1 passed, 1 failed"), "{bad}");
        assert!(
            bad.contains("Stopped at clippy: no") && bad.contains("Not run: cargo, e2e"),
            "{bad}"
        );
    }
}

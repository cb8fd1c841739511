//! `cargo xtask run`: from a fresh clone to working lines on the screen.

use std::path::PathBuf;

use crate::node;
use crate::repo::Repo;
use crate::setup::{self, Purpose};
use crate::shell::{Cmd, Done};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// No window: the board in a browser
    #[arg(long)]
    headless: bool,
    /// The gateway's port
    #[arg(long)]
    port: Option<u16>,
    /// The folder that holds the store and the settings
    #[arg(long)]
    home: Option<PathBuf>,
    /// Passed on as they are
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    let headless = args.headless || !display();
    if headless && !args.headless {
        println!(
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): starting the headless board."
        );
        println!("For the window without a screen: xvfb-run cargo xtask run");
    }
    println!("1/3 What the machine needs");
    setup::ensure(if headless { Purpose::Headless } else { Purpose::Desktop })?;
    println!("2/3 The page");
    node::build_ui(repo)?;
    if headless {
        println!(
            "3/3 The headless board (the first build takes some minutes); its address follows"
        );
        board(repo, args).become_it()
    } else {
        println!("3/3 The window (the first build takes some minutes)");
        window(repo, args).become_it()
    }
}

fn board(repo: &Repo, args: &Args) -> Cmd {
    let mut command = repo.cargo(&["run", "--package", "signalbox-cli", "--"]);
    if let Some(home) = &args.home {
        command = command.arg("--home").arg(absolute(home));
    }
    command = command.arg("serve");
    if let Some(port) = args.port {
        command = command.arg("--port").arg(port.to_string());
    }
    if is_new(home(args)) {
        println!(
            "This home is new: practice lines are started, so that there is something to try."
        );
        command = command.arg("--practice");
    }
    command.args(&args.rest)
}

fn window(repo: &Repo, args: &Args) -> Cmd {
    let mut command = repo.cargo(&["run", "--package", "signalbox", "--"]).args(&args.rest);
    if let Some(home) = &args.home {
        command = command.env("SIGNALBOX_HOME", absolute(home));
    }
    if let Some(port) = args.port {
        command = command.env("SIGNALBOX_PORT", port.to_string());
    }
    command
}

/// The program is started at the root, the person may be elsewhere.
fn absolute(path: &PathBuf) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.clone())
}

fn home(args: &Args) -> Option<PathBuf> {
    args.home
        .clone()
        .or_else(|| std::env::var_os("SIGNALBOX_HOME").map(PathBuf::from))
        .or_else(platform_home)
}

/// The product's own default on Linux. Elsewhere it is not guessed, and no practice lines are added.
fn platform_home() -> Option<PathBuf> {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data =
        data.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")))?;
    cfg!(target_os = "linux").then(|| data.join("signalbox"))
}

/// Only a home that is known, and that is empty, gets practice lines: never one with real lines.
fn is_new(home: Option<PathBuf>) -> bool {
    home.is_some_and(|home| {
        std::fs::read_dir(home).map_or(true, |mut entries| entries.next().is_none())
    })
}

fn display() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    has_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(home: &str) -> Args {
        Args {
            headless: false,
            port: Some(4000),
            home: Some(home.into()),
            rest: vec!["--public-url".into()],
        }
    }

    #[test]
    fn either_display_will_do() {
        assert!(has_display(|name| name == "DISPLAY"));
        assert!(has_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(!has_display(|_| false));
    }

    #[test]
    fn the_board_is_told_home_port_and_the_rest() {
        let repo = Repo::find().unwrap();
        let line = board(&repo, &args("/nowhere/new")).line();
        let expect = "-- --home /nowhere/new serve --port 4000 --practice --public-url";
        assert!(line.ends_with(expect), "{line}");
    }

    #[test]
    fn a_home_in_use_gets_no_practice_lines() {
        assert!(is_new(Some("/nowhere/new".into())));
        assert!(!is_new(Some(env!("CARGO_MANIFEST_DIR").into())), "it has files");
        assert!(!is_new(None), "an unknown home is left alone");
    }
}

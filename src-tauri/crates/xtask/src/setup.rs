//! What the machine must have besides Rust: asks its package database and installs what is missing.
//! On Debian, Ubuntu, Fedora and Arch without asking (with sudo when not root); elsewhere it says
//! the exact command. Never removes or upgrades anything.

mod system;

use crate::node;
use crate::repo::Repo;
use crate::shell::{Cmd, Done, program, stop};

pub(crate) use system::Purpose;
use system::{NEEDS, Need, System};

/// `cargo xtask setup`: everything that any command needs.
pub(crate) fn run(repo: &Repo) -> Done {
    ensure(Purpose::Test)?;
    for dir in node::PACKAGES {
        node::install(repo, dir)?;
    }
    println!("Everything is there. Next: cargo xtask run");
    Ok(())
}

/// Install what this purpose needs and the machine lacks.
pub(crate) fn ensure(purpose: Purpose) -> Done {
    match System::detect() {
        Some(system) => install_missing(system, purpose)?,
        None => check_elsewhere()?,
    }
    node::check_version()
}

fn install_missing(system: System, purpose: Purpose) -> Done {
    let wanted: Vec<&Need> = NEEDS.iter().filter(|need| need.purpose <= purpose).collect();
    let missing: Vec<&Need> =
        wanted.iter().copied().filter(|need| !is_there(system, need)).collect();
    if missing.is_empty() {
        println!("System packages: nothing is missing");
        return Ok(());
    }
    println!("Missing on this machine:");
    for need in &missing {
        println!("  {} ({})", need.packages(system).join(" "), need.what);
    }
    let before = privilege(is_root(), program("sudo").is_some());
    let Some(before) = before else {
        return stop(format!(
            "Neither root nor sudo: as root, type\n  {}",
            system.command(&missing).join(" ")
        ));
    };
    if let Some(refresh) = system.refresh() {
        // A stale index is not fatal: the packages may still be found.
        if let Err(failed) = Cmd::new(refresh[0]).args(&refresh[1..]).under(&before).run() {
            println!("{failed}; going on with the index that is there");
        }
    }
    let command = system.command(&missing);
    Cmd::new(command[0]).args(&command[1..]).under(&before).run()?;
    let still: Vec<&str> =
        missing.iter().filter(|need| !is_there(system, need)).map(|need| need.what).collect();
    if still.is_empty() {
        Ok(())
    } else {
        stop(format!("Installed, but still not found: {}", still.join(", ")))
    }
}

/// There by one of its programs, or else by its packages.
fn is_there(system: System, need: &Need) -> bool {
    if !need.programs.is_empty() {
        return need.programs.iter().any(|name| program(name).is_some());
    }
    need.packages(system).iter().all(|package| {
        let ask = system.ask(package);
        let answer = Cmd::new(ask[0]).args(&ask[1..]).quietly();
        answer.is_some_and(|answer| system.says_installed(&answer))
    })
}

fn is_root() -> bool {
    Cmd::new("id").arg("-u").quietly().is_some_and(|id| id.trim() == "0")
}

/// What to put before a command that installs; None where it cannot be done.
fn privilege(root: bool, sudo: bool) -> Option<Vec<&'static str>> {
    // `env` carries the setting through sudo, which clears the environment.
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive"];
    match (root, sudo) {
        (true, _) => Some(quiet.to_vec()),
        (false, true) => Some([&["sudo"], &quiet[..]].concat()),
        (false, false) => None,
    }
}

fn check_elsewhere() -> Done {
    if cfg!(target_os = "macos") {
        if Cmd::new("xcode-select").arg("-p").quietly().is_none() {
            return stop("The compiler tools are missing. Type: xcode-select --install");
        }
        println!("System: macOS has its own web view; nothing else to install");
    } else if cfg!(windows) {
        println!(
            "System: Windows needs the C++ build tools and WebView2 (on Windows 11 it is there). If building fails, type:\n  \
             winget install Microsoft.VisualStudio.2022.BuildTools --override \"--wait --passive --add Microsoft.VisualStudio.Workload.VCTools\"\n  \
             winget install Microsoft.EdgeWebView2Runtime"
        );
    } else {
        println!(
            "System: not one whose packages are known here. These are needed, under whatever name:"
        );
        for need in NEEDS {
            println!("  {} (on Debian: {})", need.what, need.apt.join(" "));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installing_takes_root_or_sudo() {
        assert_eq!(privilege(true, false).unwrap()[0], "env");
        assert_eq!(privilege(false, true).unwrap()[0], "sudo");
        assert!(privilege(false, false).is_none(), "then the command is told, not run");
    }
}

//! `cargo xtask dev`: Vite's server with the real core behind it, in the window or headless.

use std::path::PathBuf;
use std::process::Child;
use std::time::Duration;

use crate::node;
use crate::repo::Repo;
use crate::setup::{self, Purpose};
use crate::shell::{Cmd, Done, Failed, stop};

/// Where Vite listens. The configuration for `cargo build` has no such address on purpose: with one,
/// a plain build would show an error page wherever Vite does not run.
const VITE: u16 = 1420;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// No window: Vite and the headless core side by side
    #[arg(long)]
    headless: bool,
    /// The gateway's port
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The folder that holds the store and the settings
    #[arg(long)]
    home: Option<PathBuf>,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Done {
    let purpose = if args.headless { Purpose::Headless } else { Purpose::Desktop };
    setup::ensure(purpose)?;
    node::install(repo, "ui")?;
    if args.headless { side_by_side(repo, args) } else { window(repo, args) }
}

fn window(repo: &Repo, args: &Args) -> Done {
    let mut command = node::tauri(repo)?.args(["dev", "--config"]).arg(dev_config());
    command = command.env("SIGNALBOX_PORT", args.port.to_string());
    if let Some(home) = &args.home {
        command = command.env("SIGNALBOX_HOME", home);
    }
    command.become_it()
}

fn dev_config() -> String {
    serde_json::json!({ "build": {
        "devUrl": format!("http://localhost:{VITE}"),
        "beforeDevCommand": { "script": format!("npm run dev -- --strictPort --port={VITE}"), "cwd": "ui" },
    }})
    .to_string()
}

fn side_by_side(repo: &Repo, args: &Args) -> Done {
    let gateway = format!("http://127.0.0.1:{}", args.port);
    let mut core = repo.cargo(&["run", "--package", "signalbox-cli", "--"]);
    if let Some(home) = &args.home {
        core = core.arg("--home").arg(home);
    }
    let core = core.args(["serve", "--practice", "--port"]).arg(args.port.to_string());
    println!("Page: http://localhost:{VITE} (open it with the ?token=… that the core prints)");
    // Vite itself rather than npm: ending npm would leave Vite behind on its port.
    let page = Cmd::new("node")
        .args(["node_modules/vite/bin/vite.js", "--strictPort"])
        .arg(format!("--port={VITE}"));
    let page = page.dir(repo.at("ui")).env("SIGNALBOX_GATEWAY", gateway).start()?;
    let core = core.start();
    until_one_ends(page, core)
}

/// When one ends the other is of no use: end it too, and say which was first.
fn until_one_ends(mut page: Child, core: Done<Child>) -> Done {
    let mut core = core.inspect_err(|_| drop(page.kill()))?;
    loop {
        let ended = match (page.try_wait(), core.try_wait()) {
            (Ok(Some(status)), _) => Some(("Vite", status)),
            (_, Ok(Some(status))) => Some(("the core", status)),
            (Err(error), _) | (_, Err(error)) => return Err(Failed(error.to_string())),
            _ => None,
        };
        if let Some((which, status)) = ended {
            for child in [&mut page, &mut core] {
                let _ = child.kill();
                let _ = child.wait();
            }
            return if status.success() {
                Ok(())
            } else {
                stop(format!("{which} ended with {status}"))
            };
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_development_address_is_only_in_the_overlay() {
        let overlay: serde_json::Value = serde_json::from_str(&super::dev_config()).unwrap();
        assert_eq!(overlay["build"]["devUrl"], "http://localhost:1420");
        assert_eq!(overlay["build"]["beforeDevCommand"]["cwd"], "ui");
        assert_eq!(
            overlay["build"]["beforeDevCommand"]["script"],
            "npm run dev -- --strictPort --port=1420",
            "another port than the one the window asks for would show a blank page"
        );
    }
}

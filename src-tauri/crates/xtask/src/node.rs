//! The JavaScript side: packages from their lock files, the page built when its sources changed.
//! Knows npm; does not know what any script does.

use std::path::PathBuf;

use crate::repo::{self, Repo};
use crate::shell::{Cmd, Done, program, stop};
use crate::stamp;

/// The oldest Node that the tool chain (Vite) runs on.
pub(crate) const OLDEST: (u32, u32) = (20, 19);

/// Folders that have their own packages. Each is used only if its manifest is there.
pub(crate) const PACKAGES: [&str; 4] = ["ui", "tests/peers", "tests/e2e", "tests/native"];

/// npm in one of these folders; it downloads no browser and asks no questions.
pub(crate) fn npm(repo: &Repo, dir: &str, words: &[&str]) -> Cmd {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    with_chromium(
        Cmd::new(name)
            .args(words)
            .dir(repo.at(dir))
            .env("npm_config_audit", "false")
            .env("npm_config_fund", "false")
            .env("npm_config_update_notifier", "false"),
    )
}

/// The machine's own Chromium, for Playwright.
pub(crate) fn with_chromium(command: Cmd) -> Cmd {
    let command =
        command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").env("PUPPETEER_SKIP_DOWNLOAD", "1");
    match chromium() {
        Some(path) => command.env("CHROMIUM", path),
        None => command,
    }
}

/// `CHROMIUM` as set, else the first of the usual names on the path.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
        .iter()
        .find_map(|name| program(name))
}

/// Is there such an npm script in that folder?
pub(crate) fn has_script(repo: &Repo, dir: &str, script: &str) -> bool {
    let text = std::fs::read_to_string(repo.at(dir).join("package.json")).unwrap_or_default();
    declares_script(&text, script)
}

fn declares_script(package: &str, script: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(package)
        .is_ok_and(|package| package["scripts"][script].is_string())
}

/// `npm ci` if the lock changed since it was last done here.
pub(crate) fn install(repo: &Repo, dir: &str) -> Done {
    let place = repo.at(dir);
    let manifest = place.join("package.json");
    if !manifest.is_file() {
        return Ok(());
    }
    let lock = place.join("package-lock.json");
    if !lock.is_file() {
        return stop(format!(
            "{dir}/package-lock.json is missing: run `npm install` in {dir} and commit what it writes"
        ));
    }
    check_version()?;
    let version = Cmd::new("node").arg("--version").quietly().unwrap_or_default();
    let mark = stamp::fingerprint(&[manifest, lock], &[], &version);
    let stamp = repo.keep().join(format!("npm-{}.stamp", dir.replace('/', "-")));
    stamp::unless_done(&stamp, &mark, &place.join("node_modules"), || {
        println!("Installing the packages of {dir}/");
        // npm's own explanation of a lock that does not fit is buried under its help text.
        npm(repo, dir, &["ci"]).run().or_else(|failed| {
            stop(format!(
                "{failed}\nIf it says that lock and manifest do not fit: `npm install` in {dir}, look at the change, \
                 commit the lock. \"Missing: NAME@ from lock file\" without a version means that the registry in use \
                 lacks that version for some platform: pin one that it has for all."
            ))
        })
    })?;
    Ok(())
}

/// Build the page if one of its sources changed.
pub(crate) fn build_ui(repo: &Repo) -> Done {
    install(repo, "ui")?;
    let ui = repo.at("ui");
    let mark = stamp::fingerprint(std::slice::from_ref(&ui), &["node_modules", "dist"], "build");
    let stamp = repo.keep().join("ui-build.stamp");
    let built = stamp::unless_done(&stamp, &mark, &ui.join("dist/index.html"), || {
        println!("Building the page in ui/");
        npm(repo, "ui", &["run", "build"]).run()
    })?;
    if !built {
        println!("ui/dist is up to date");
    }
    Ok(())
}

/// Node must be there and new enough; the message is what to do about it.
pub(crate) fn check_version() -> Done {
    let version = Cmd::new("node").arg("--version").quietly();
    match version.as_deref().map(new_enough) {
        Some(true) => Ok(()),
        Some(false) => stop(format!(
            "Node {} is too old: {}.{} or newer is needed. {}",
            version.unwrap_or_default().trim(),
            OLDEST.0,
            OLDEST.1,
            how_to_get_node()
        )),
        None => stop(format!(
            "Node is missing: {}.{} or newer is needed. {}",
            OLDEST.0,
            OLDEST.1,
            how_to_get_node()
        )),
    }
}

fn how_to_get_node() -> &'static str {
    if cfg!(target_os = "macos") {
        "Type: brew install node"
    } else if cfg!(windows) {
        "Type: winget install OpenJS.NodeJS.LTS"
    } else {
        "Install it from nodejs.org or your distribution (packages nodejs and npm), then run this again"
    }
}

fn new_enough(version: &str) -> bool {
    let mut parts = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    found >= OLDEST
}

/// The Tauri command line of ui/, run at the root where its configuration is.
pub(crate) fn tauri(repo: &Repo) -> Done<Cmd> {
    install(repo, "ui")?;
    let script = repo.at("ui/node_modules/@tauri-apps/cli/tauri.js");
    if !script.is_file() {
        return stop(
            "@tauri-apps/cli is not among the packages of ui/: add it to its devDependencies",
        );
    }
    Ok(Cmd::new("node").arg(script).dir(repo.root()))
}

/// One field of a package manifest, for messages and checks.
pub(crate) fn package_json(repo: &Repo, dir: &str) -> Done<serde_json::Value> {
    let path = repo.at(dir).join("package.json");
    serde_json::from_str(&repo::read(&path)?)
        .or_else(|error| stop(format!("{} is not valid JSON: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_node_is_refused() {
        for (version, expect) in [
            ("v20.20.2\n", true),
            ("v20.19.0", true),
            ("v22.1.0", true),
            ("v20.18.9", false),
            ("v18.19.0", false),
        ] {
            assert_eq!(new_enough(version), expect, "{version}");
        }
        assert!(!new_enough("nonsense"), "what cannot be read is not trusted");
    }

    #[test]
    fn a_script_is_found_only_where_it_is_declared() {
        assert!(declares_script(r#"{"scripts":{"lint":"biome check"}}"#, "lint"));
        assert!(!declares_script(r#"{"scripts":{"lint":"biome check"}}"#, "test"));
        assert!(!declares_script("", "lint"), "no manifest, no script");
    }
}

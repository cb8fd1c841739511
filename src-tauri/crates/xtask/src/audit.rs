//! `cargo xtask audit`: what we ship may be shipped, and what we ask for is used. Needs no network
//! beyond the package clients; reports of weaknesses are not looked at here.

use serde_json::Value;

use crate::node;
use crate::repo::{self, Repo};
use crate::shell::{Done, Failed, stop};

/// Licences that a program under MIT may carry along, also as a package or an installer.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Unlicense",
];

pub(crate) fn run(repo: &Repo) -> Done {
    println!("Licences and sources of Rust crates");
    let deny = repo.cargo_tool("deny")?.arg("--config").arg(repo.at(".cargo/deny.toml"));
    deny.args(["check", "licenses", "bans", "sources"]).run()?;
    println!("Unused Rust dependencies");
    repo.cargo_tool("machete")?.run()?;
    if repo.has("ui/package.json") {
        npm(repo)?;
    }
    println!("Nothing found");
    Ok(())
}

fn npm(repo: &Repo) -> Done {
    println!("Licences and use of the page's packages");
    let path = repo.at("ui/package-lock.json");
    let lock: Value = serde_json::from_str(&repo::read(&path)?)
        .map_err(|error| Failed(format!("{} is not valid JSON: {error}", path.display())))?;
    let mut complaints = strange_licences(&lock);
    let package = node::package_json(repo, "ui")?;
    let source = sources(&repo.at("ui/src"));
    complaints.extend(
        unused(&package, &source)
            .into_iter()
            .map(|name| format!("{name} is not imported in ui/src")),
    );
    if complaints.is_empty() { Ok(()) } else { stop(complaints.join("\n")) }
}

/// Packages that go into the page and whose licence is not on the list (or not stated).
fn strange_licences(lock: &Value) -> Vec<String> {
    let packages = lock["packages"].as_object().into_iter().flatten();
    packages
        .filter(|(name, package)| {
            !name.is_empty() && package["dev"] != true && package["devOptional"] != true
        })
        .filter_map(|(name, package)| {
            let licence = package["license"].as_str().unwrap_or("(not stated)");
            let name = name.trim_start_matches("node_modules/");
            (!allowed(licence))
                .then(|| format!("{name}: licence {licence} is not on the list in audit.rs"))
        })
        .collect()
}

/// Any of the choices, all of the parts; as flat as npm writes it.
fn allowed(licence: &str) -> bool {
    let bare = licence.replace(['(', ')'], "");
    bare.split(" OR ")
        .any(|choice| choice.split(" AND ").all(|part| ALLOWED.contains(&part.trim())))
}

/// Dependencies that ship (not the tools) and that no source file names.
fn unused(package: &Value, source: &str) -> Vec<String> {
    let names = package["dependencies"].as_object().into_iter().flatten().map(|(name, _)| name);
    let used = |name: &String| {
        ["\"", "'"].iter().any(|quote| {
            source.contains(&format!("{quote}{name}{quote}"))
                || source.contains(&format!("{quote}{name}/"))
        })
    };
    // react-dom needs react whether or not any file says so: the compiler of JSX does.
    names.filter(|name| !used(name) && *name != "react").cloned().collect()
}

fn sources(dir: &std::path::Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all += &sources(&path);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            all += &text;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_licence_off_the_list_is_found_unless_it_is_only_a_tools() {
        let lock = json!({"packages": {
            "": {"license": "MIT"},
            "node_modules/good": {"license": "(MIT OR GPL-3.0)"},
            "node_modules/tool": {"license": "GPL-3.0", "dev": true},
            "node_modules/bad": {"license": "GPL-3.0"},
            "node_modules/both": {"license": "MIT AND GPL-3.0"},
            "node_modules/silent": {},
        }});
        let found = strange_licences(&lock);
        assert_eq!(found.len(), 3, "{found:?}");
        for name in ["bad", "both", "silent"] {
            assert!(
                found.iter().any(|line| line.starts_with(name)),
                "{name} is missing from {found:?}"
            );
        }
    }

    #[test]
    fn a_package_nobody_imports_is_found() {
        let package =
            json!({"dependencies": {"used": "1", "@a/used": "1", "prefix": "1", "react": "1"}});
        let source =
            "import a from \"used\"; import '@a/used/style.css'; import \"prefix-of-another\";";
        assert_eq!(unused(&package, source), ["prefix"]);
    }
}

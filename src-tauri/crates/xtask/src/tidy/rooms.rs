//! Which room may know which: `domain ← store, vault, providers ← engine ← api ← gateway, cli, shell`.
//! Read from the manifests, so a forbidden `use` cannot even compile once this holds.

use super::{Complaint, File};
use crate::manifest::{Manifest, Use};

/// Crate, and the crates of ours that it may depend on. `sandbox` may also be anyone's dev-dependency.
const ROOMS: &[(&str, &[&str])] = &[
    ("signalbox-domain", &[]),
    ("signalbox-store", &["signalbox-domain"]),
    ("signalbox-vault", &["signalbox-domain"]),
    ("signalbox-providers", &["signalbox-domain"]),
    (
        "signalbox-engine",
        &["signalbox-domain", "signalbox-store", "signalbox-vault", "signalbox-providers"],
    ),
    (
        "signalbox-api",
        &[
            "signalbox-domain",
            "signalbox-store",
            "signalbox-vault",
            "signalbox-providers",
            "signalbox-engine",
        ],
    ),
    ("signalbox-gateway", UP_TO_API),
    ("signalbox-sandbox", &[]),
    ("signalbox-cli", HOSTS),
    ("signalbox", SHELL),
    ("xtask", &[]),
];

const UP_TO_API: &[&str] = &[
    "signalbox-domain",
    "signalbox-store",
    "signalbox-vault",
    "signalbox-providers",
    "signalbox-engine",
    "signalbox-api",
];

const HOSTS: &[&str] = &[
    "signalbox-domain",
    "signalbox-store",
    "signalbox-vault",
    "signalbox-providers",
    "signalbox-engine",
    "signalbox-api",
    "signalbox-gateway",
    "signalbox-sandbox",
];

/// The window opens a home with the terminal's own options (docs/adr/010-one-way-to-own-a-home.md).
const SHELL: &[&str] = &[
    "signalbox-domain",
    "signalbox-store",
    "signalbox-vault",
    "signalbox-providers",
    "signalbox-engine",
    "signalbox-api",
    "signalbox-gateway",
    "signalbox-sandbox",
    "signalbox-cli",
];

/// Crates of others that belong to one room: beginning of the name, owner, why.
const OWNED: &[(&str, &str, &str)] = &[
    ("tauri", "signalbox", "only the shell knows the window"),
    ("wry", "signalbox", "only the shell knows the window"),
    ("rusqlite", "signalbox-store", "only the store knows SQLite"),
    ("keyring", "signalbox-vault", "only the vault knows the keyring"),
];

fn manifests(files: &[File]) -> impl Iterator<Item = (&File, Result<Manifest, String>)> {
    let ours = files.iter().filter(|file| {
        file.path == "Cargo.toml" || file.under("src-tauri/crates/") && file.is("/Cargo.toml")
    });
    ours.map(|file| (file, Manifest::parse(&file.text)))
}

/// Dependencies run one way.
pub(super) fn one_way(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, manifest) in manifests(files) {
        let mut complain = |say: String| complaints.push(Complaint::new(&file.path, 0, say));
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(error) => {
                complain(error);
                continue;
            }
        };
        let Some(package) = manifest.package() else { continue };
        let Some((_, may_know)) = ROOMS.iter().find(|(name, _)| *name == package) else {
            complain(format!("{package} has no room: give it a row in xtask's tidy/rooms.rs"));
            continue;
        };
        for dependency in manifest.dependencies() {
            let name = dependency.name.as_str();
            let is_ours = ROOMS.iter().any(|(room, _)| *room == name);
            let for_tests = dependency.usage == Use::Dev && name == "signalbox-sandbox";
            if is_ours && !may_know.contains(&name) && !for_tests {
                complain(format!("{package} must not depend on {name}: dependencies run one way"));
            }
            let owned = OWNED.iter().find(|(begin, _, _)| name.starts_with(begin));
            if let Some((_, owner, why)) = owned
                && *owner != package
                && dependency.usage != Use::Dev
            {
                complain(format!("{package} must not depend on {name}: {why}"));
            }
        }
    }
    complaints
}

/// No member says a version of its own.
pub(super) fn versions_at_the_root(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, manifest) in manifests(files) {
        let Ok(manifest) = manifest else { continue };
        for dependency in manifest.dependencies() {
            // The Tauri command line reads and rewrites the root's own build-dependencies.
            let tauris = file.path == "Cargo.toml" && dependency.name.starts_with("tauri");
            if !dependency.from_workspace && !tauris {
                let say = format!("{} must take its version from the workspace", dependency.name);
                complaints.push(Complaint::new(&file.path, 0, say));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::tests::complaints;
    use super::*;

    fn member(name: &str, table: &str, dependency: &str) -> (String, String) {
        let path = format!("src-tauri/crates/{}/Cargo.toml", name.trim_start_matches("signalbox-"));
        (path, format!("[package]\nname = \"{name}\"\n[{table}]\n{dependency}.workspace = true\n"))
    }

    fn check(name: &str, table: &str, dependency: &str, expect: &str) {
        let (path, text) = member(name, table, dependency);
        let found = complaints(one_way, &path, &text).join("; ");
        if expect.is_empty() {
            assert_eq!(found, "", "{name} may have {dependency} in {table}");
        } else {
            assert!(found.contains(expect), "{name} with {dependency} in {table} gave `{found}`");
        }
    }

    #[test]
    fn a_lower_room_must_not_know_a_higher_one() {
        check("signalbox-store", "dependencies", "signalbox-engine", "one way");
        check("signalbox-domain", "build-dependencies", "signalbox-store", "one way");
        check("signalbox-store", "dev-dependencies", "signalbox-engine", "one way");
        check("signalbox-gateway", "dependencies", "signalbox-cli", "one way");
        check("signalbox-engine", "dependencies", "signalbox-store", "");
        check("signalbox-cli", "dependencies", "signalbox-gateway", "");
    }

    #[test]
    fn the_sandbox_is_for_hosts_and_tests() {
        check("signalbox-engine", "dependencies", "signalbox-sandbox", "one way");
        check("signalbox-engine", "dev-dependencies", "signalbox-sandbox", "");
        check("signalbox-sandbox", "dependencies", "signalbox-providers", "one way");
    }

    #[test]
    fn tauri_sqlite_and_keyring_have_one_owner() {
        check("signalbox-api", "dependencies", "tauri", "only the shell");
        check(
            "signalbox-gateway",
            "target.'cfg(unix)'.dependencies",
            "tauri-plugin-opener",
            "only the shell",
        );
        check("signalbox-engine", "dependencies", "rusqlite", "only the store");
        check("signalbox-cli", "dependencies", "keyring-core", "only the vault");
        check("signalbox-store", "dependencies", "rusqlite", "");
    }

    #[test]
    fn a_new_crate_must_be_given_its_room() {
        check("signalbox-attic", "dependencies", "serde", "has no room");
    }

    #[test]
    fn a_version_in_a_member_is_refused() {
        let (path, text) = member("signalbox-store", "dependencies", "serde");
        assert!(complaints(versions_at_the_root, &path, &text).is_empty());
        let own = text.replace("serde.workspace = true", "serde = \"1\"");
        assert_eq!(complaints(versions_at_the_root, &path, &own).len(), 1);
        assert!(
            complaints(
                versions_at_the_root,
                "Cargo.toml",
                "[build-dependencies]\ntauri-build = \"2\""
            )
            .is_empty()
        );
    }
}

//! Cargo manifests as xtask needs them: what a crate depends on and which targets it has.

use std::path::Path;

use toml::{Table, Value};

use crate::repo;
use crate::shell::{Done, Failed};

/// How a dependency is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Normal,
    Dev,
    Build,
}

/// One line of a dependency table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) usage: Use,
    /// Takes its version from the root manifest.
    pub(crate) from_workspace: bool,
}

pub(crate) struct Manifest(Table);

impl Manifest {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        text.parse::<Table>().map(Self).map_err(|error| error.message().to_owned())
    }

    pub(crate) fn open(path: &Path) -> Done<Self> {
        Self::parse(&repo::read(path)?)
            .map_err(|error| Failed(format!("{}: {error}", path.display())))
    }

    /// The package's name, if it is a package.
    pub(crate) fn package(&self) -> Option<&str> {
        self.0.get("package")?.get("name")?.as_str()
    }

    /// Every dependency, the platform-specific ones as well.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let platforms =
            self.0.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
        std::iter::once(&self.0)
            .chain(platforms.filter_map(Value::as_table))
            .flat_map(dependencies_in)
            .collect()
    }

    /// Names of `[[bench]]`, `[[test]]`, `[[bin]]` targets that are written out.
    pub(crate) fn targets(&self, kind: &str) -> Vec<String> {
        let listed = self.0.get(kind).and_then(Value::as_array).into_iter().flatten();
        listed.filter_map(|target| target.get("name")?.as_str().map(str::to_owned)).collect()
    }
}

fn dependencies_in(table: &Table) -> Vec<Dependency> {
    let kinds = [
        ("dependencies", Use::Normal),
        ("dev-dependencies", Use::Dev),
        ("build-dependencies", Use::Build),
    ];
    let mut found = Vec::new();
    for (key, usage) in kinds {
        for (name, value) in table.get(key).and_then(Value::as_table).into_iter().flatten() {
            let from_workspace = value.get("workspace").and_then(Value::as_bool).unwrap_or(false);
            found.push(Dependency { name: name.clone(), usage, from_workspace });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_every_kind_and_platform_are_seen() {
        let manifest = Manifest::parse(
            r#"
            [package]
            name = "signalbox-vault"
            [dependencies]
            serde.workspace = true
            rand = "0.9"
            [dev-dependencies]
            tempfile = { workspace = true, features = ["x"] }
            [target.'cfg(windows)'.dependencies]
            tauri = "2"
            [[bench]]
            name = "cycle"
            "#,
        )
        .unwrap();
        assert_eq!(manifest.package(), Some("signalbox-vault"));
        let seen: Vec<_> = manifest
            .dependencies()
            .into_iter()
            .map(|it| (it.name, it.usage, it.from_workspace))
            .collect();
        let expect = [
            ("rand".into(), Use::Normal, false),
            ("serde".into(), Use::Normal, true),
            ("tempfile".into(), Use::Dev, true),
            ("tauri".into(), Use::Normal, false),
        ];
        assert_eq!(seen.len(), expect.len());
        for line in expect {
            assert!(seen.contains(&line), "{line:?} is missing from {seen:?}");
        }
        assert_eq!(manifest.targets("bench"), ["cycle"]);
    }

    #[test]
    fn broken_manifests_are_refused() {
        assert!(Manifest::parse("[package").is_err());
    }
}

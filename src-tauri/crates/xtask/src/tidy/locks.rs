//! npm's lock files carry no download addresses: the same lock must work with any registry, and in
//! a network that has only one of its own.

use super::{Complaint, File};

pub(super) fn check(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is("package-lock.json")) {
        let addresses = file.text.lines().enumerate().filter(|(_, line)| is_address(line));
        if let Some((number, _)) = addresses.clone().next() {
            let say = format!(
                "{} download addresses; set `omit-lockfile-registry-resolved=true` in .npmrc and lock again",
                addresses.count()
            );
            complaints.push(Complaint::new(&file.path, number + 1, say));
        }
    }
    let locked =
        |folder: &str| files.iter().any(|file| file.path == format!("{folder}package-lock.json"));
    for file in
        files.iter().filter(|file| file.is("/package.json") && !file.under("tests/fixtures/"))
    {
        let folder = file.path.trim_end_matches("package.json");
        if file.text.contains("ependencies\"") && !locked(folder) {
            complaints.push(Complaint::new(&file.path, 0, "has no package-lock.json beside it"));
        }
    }
    complaints
}

/// Links inside the repository have `resolved` too, without a scheme.
fn is_address(line: &str) -> bool {
    line.trim_start().starts_with("\"resolved\"") && line.contains("://")
}

#[cfg(test)]
mod tests {
    use super::super::tests::complaints;
    use super::*;

    #[test]
    fn download_addresses_are_found_and_links_are_not() {
        let with = |value: &str| format!("{{\n  \"resolved\": \"{value}\"\n}}");
        let found =
            complaints(check, "ui/package-lock.json", &with("https://packages.example/a.tgz"));
        assert!(found[0].starts_with("ui/package-lock.json:2: 1 download"), "{found:?}");
        assert!(complaints(check, "ui/package-lock.json", &with("../peers")).is_empty());
    }

    #[test]
    fn packages_must_be_locked() {
        let package = r#"{"devDependencies": {"a": "1"}}"#;
        assert_eq!(complaints(check, "tests/peers/package.json", package).len(), 1);
        let both = [File::new("ui/package.json", package), File::new("ui/package-lock.json", "{}")];
        assert!(check(&both).is_empty());
    }
}

//! An invariant that no test holds is a wish. In `src-tauri/ARCHITECTURE.md`, every list item under a
//! heading with "Invariants" names at least one test, as `test: path::name`, and each must exist: for
//! Rust a function of that name in that file, for TypeScript a test with that title.

use super::{Complaint, File};

const MAP: &str = "src-tauri/ARCHITECTURE.md";

pub(super) fn check(files: &[File]) -> Vec<Complaint> {
    let Some(map) = files.iter().find(|file| file.path == MAP) else {
        return vec![Complaint::new(MAP, 0, "is missing")];
    };
    let mut complaints: Vec<Complaint> = items(&map.text)
        .into_iter()
        .filter(|(_, item)| named(item).is_empty())
        .map(|(line, _)| {
            Complaint::new(MAP, line, "this invariant names no test (`test: path::name`)")
        })
        .collect();
    for (number, line) in map.text.lines().enumerate() {
        for test in named(line) {
            if let Err(say) = exists(&test, files) {
                complaints.push(Complaint::new(MAP, number + 1, say));
            }
        }
    }
    complaints
}

/// List items under headings that say "Invariant", each with its first line's number.
fn items(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            inside = line.to_lowercase().contains("invariant");
        } else if inside && starts_item(line) {
            found.push((number + 1, line.to_owned()));
        } else if inside && let Some((_, item)) = found.last_mut() {
            item.push('\n');
            item.push_str(line);
        }
    }
    found
}

fn starts_item(line: &str) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ")
        || line.starts_with("* ")
        || digits.len() < line.len() && digits.starts_with(". ")
}

/// All tests that a text names: `test: path::name`, in backticks or to the end of the line.
fn named(text: &str) -> Vec<String> {
    let mut tests = Vec::new();
    for line in text.lines() {
        for (at, marker) in line.match_indices("test: ") {
            let rest = &line[at + marker.len()..];
            let inside = rest.strip_prefix('`').unwrap_or(rest);
            let test = inside.split('`').next().unwrap_or_default().trim();
            if test.contains("::") {
                tests.push(test.to_owned());
            }
        }
    }
    tests
}

fn exists(test: &str, files: &[File]) -> Result<(), String> {
    let (path, name) = test.split_once("::").unwrap_or((test, ""));
    let file =
        files.iter().find(|file| file.path == path).ok_or(format!("there is no file {path}"))?;
    let found = if file.is(".rs") {
        let function = name.rsplit("::").next().unwrap_or_default();
        !function.is_empty()
            && !super::lines_with(file.code(), &format!("fn {function}")).is_empty()
    } else {
        let strings = file.lexed.iter().flat_map(|lexed| &lexed.strings);
        strings.into_iter().any(|(_, title)| title == name)
    };
    if found { Ok(()) } else { Err(format!("there is no test `{name}` in {path}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_map(map: &str) -> Vec<String> {
        let files = [
            File::new(MAP, map),
            File::new("tests/engine/kill.rs", "#[test]\nfn nothing_is_lost() { a(); }"),
            File::new("tests/e2e/triage.spec.ts", "test('works by keyboard', f)"),
        ];
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn invariants_with_existing_tests_pass() {
        let map = "# Map\n- no invariant here\n## Invariants\n\
                   1. Nothing is lost.\n   test: `tests/engine/kill.rs::nothing_is_lost`\n\
                   - Keyboard. (test: `tests/e2e/triage.spec.ts::works by keyboard`)\n## Else\n- free\n";
        assert_eq!(check_map(map), Vec::<String>::new());
    }

    #[test]
    fn an_invariant_without_a_test_is_found() {
        let found = check_map("## Invariants\n- Nothing is lost.\n");
        assert!(found[0].contains(":2: this invariant names no test"), "{found:?}");
    }

    #[test]
    fn a_test_that_does_not_exist_is_found() {
        for test in [
            "tests/engine/kill.rs::nothing_is_found",
            "tests/engine/kill.rs::nothing_is",
            "tests/engine/gone.rs::a",
            "tests/e2e/triage.spec.ts::works by mouse",
        ] {
            assert_eq!(
                check_map(&format!("## Invariants\n- A. test: {test}\n")).len(),
                1,
                "{test}"
            );
        }
    }

    #[test]
    fn a_missing_map_is_found() {
        assert_eq!(check(&[]).len(), 1);
    }
}

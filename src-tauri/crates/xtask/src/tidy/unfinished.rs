//! Nothing left for later: no skipped, focused or empty test, no placeholder, no note to do it.

use super::{Complaint, File, line_of, lines_with};

/// The bad samples are in here.
const OWN: &str = "src-tauri/crates/xtask/src/tidy/";

const IN_RUST: &[(&str, &str)] = &[
    ("#[ignore", "an ignored test: mend it or take it out"),
    ("todo!", "a placeholder"),
    ("unimplemented!", "a placeholder"),
];

const IN_TYPESCRIPT: &[(&str, &str)] = &[
    (".skip(", "a skipped test: mend it or take it out"),
    (".skipIf(", "a skipped test: mend it or take it out"),
    ("it.only(", "a focused test hides all others"),
    ("test.only(", "a focused test hides all others"),
    ("describe.only(", "a focused test hides all others"),
    (".fixme(", "a skipped test: mend it or take it out"),
    (".todo(", "a placeholder"),
    ("xit(", "a skipped test: mend it or take it out"),
    ("xdescribe(", "a skipped test: mend it or take it out"),
];

const NOTES: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

pub(super) fn check(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !file.under(OWN)) {
        let words = if file.is(".rs") {
            IN_RUST
        } else if file.lexed.is_some() {
            IN_TYPESCRIPT
        } else {
            &[]
        };
        for (word, say) in words {
            for line in lines_with(file.code(), word) {
                complaints.push(Complaint::new(&file.path, line, *say));
            }
        }
        if is_source(file) {
            for note in NOTES {
                for line in lines_with(&file.text, note) {
                    complaints.push(Complaint::new(
                        &file.path,
                        line,
                        format!("{note}: do it or write an issue"),
                    ));
                }
            }
        }
        if file.is(".rs") {
            complaints.extend(empty_tests(file));
        }
    }
    complaints
}

fn is_source(file: &File) -> bool {
    let ending = [".rs", ".ts", ".tsx", ".mjs", ".css", ".sql", ".sh", ".toml", ".html"];
    ending.iter().any(|ending| file.is(ending)) && file.path != crate::bindings::GENERATED
}

/// `#[test]` (or `#[tokio::test]`) on a function without a body.
fn empty_tests(file: &File) -> Vec<Complaint> {
    let code = file.code();
    let mut complaints = Vec::new();
    for attribute in ["#[test]", "::test]"] {
        for (at, _) in code.match_indices(attribute) {
            let after = &code[at + attribute.len()..];
            let Some(open) = after.find('{') else { continue };
            if after[open + 1..].trim_start().starts_with('}') {
                let line = line_of(code, at + attribute.len() + open);
                complaints.push(Complaint::new(&file.path, line, "an empty test proves nothing"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::tests::complaints;
    use super::*;

    fn check_one(path: &str, text: &str, expect: &str) {
        let found = complaints(check, path, text).join("; ");
        if expect.is_empty() {
            assert_eq!(found, "", "{text}");
        } else {
            assert!(found.contains(expect), "`{text}` gave `{found}`");
        }
    }

    #[test]
    fn rust_that_is_left_out_or_unfinished_is_found() {
        check_one("a.rs", "#[test]\n#[ignore]\nfn a() { b(); }", "a.rs:2: an ignored test");
        check_one("a.rs", "#[ignore = \"slow\"]", "an ignored test");
        check_one("a.rs", "fn a() { todo!() }", "placeholder");
        check_one("a.rs", "fn a() { unimplemented!(\"later\") }", "placeholder");
        check_one("a.rs", "// TODO: more", "TODO");
        check_one("a.rs", "let s = \"todo!\"; list.iter().skip(1)", "");
    }

    #[test]
    fn typescript_tests_that_are_left_out_are_found() {
        for word in
            ["test.skip('a')", "it.only('a')", "describe.skip('a')", "test.fixme('a')", "xit('a')"]
        {
            assert_eq!(complaints(check, "ui/src/a.test.ts", word).len(), 1, "{word}");
        }
        check_one("ui/src/a.test.ts", "process.exit(1); test('that only( is a word')", "");
        check_one("ui/src/a.css", "/* FIXME */", "FIXME");
    }

    #[test]
    fn an_empty_test_is_found() {
        check_one("a.rs", "#[test]\nfn nothing() {\n  // later\n}", "a.rs:2: an empty test");
        check_one("a.rs", "#[tokio::test]\nasync fn nothing() {}", "an empty test");
        check_one("a.rs", "#[test]\nfn something() { assert!(true); }", "");
    }
}

//! Words that say nothing about what a thing is are not used in the names of types, modules and files.

use super::{Complaint, File, line_of};

/// Handler-of-everything has no single word; reviewers must see that one themselves.
const EMPTY: &[&str] = &["Manager", "Service", "Helper", "Helpers", "Util", "Utils"];

/// Other people's names for their own things.
const PROPER: &[(&str, &str)] = &[
    ("SecretService", "the D-Bus interface is called that"),
    ("MessagingService", "Twilio's word for a pool of senders"),
    ("ServiceWorker", "the browser's word"),
];

const ITEMS: &[&str] = &["struct", "enum", "trait", "type", "union", "mod", "class", "interface"];

pub(super) fn check(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let stem = name.split('.').next().unwrap_or_default();
        if file.lexed.is_some()
            && let Some(word) = empty_word(stem)
        {
            complaints.push(Complaint::new(
                &file.path,
                0,
                format!("`{word}` says nothing: name the thing"),
            ));
        }
        for (at, item) in items(file.code()) {
            if let Some(word) = empty_word(item) {
                let say = format!("`{item}`: `{word}` says nothing, name the thing");
                complaints.push(Complaint::new(&file.path, line_of(file.code(), at), say));
            }
        }
    }
    complaints
}

/// Names that follow one of the item keywords, with their positions.
fn items(code: &str) -> Vec<(usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut keyword = false;
    let mut start = None;
    for (at, c) in code.char_indices().chain([(code.len(), ' ')]) {
        match (start, is_word(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let word = &code[from..at];
                if keyword {
                    found.push((from, word));
                }
                // `type:` and `type =` are fields and variables; a name must come right after.
                keyword = ITEMS.contains(&word) && c == ' ';
                start = None;
            }
            (None, false) if c != ' ' => keyword = false,
            _ => {}
        }
    }
    found
}

/// The empty word in a name, whether it is written `OutboxManager`, `outbox_manager` or `outbox-manager`.
fn empty_word(name: &str) -> Option<&'static str> {
    let words = words(name);
    let joined = words.concat().to_lowercase();
    if PROPER.iter().any(|(proper, _)| joined.contains(&proper.to_lowercase())) {
        return None;
    }
    EMPTY.iter().copied().find(|empty| words.iter().any(|word| word.eq_ignore_ascii_case(empty)))
}

fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let mut word = String::new();
        let mut previous = 'A';
        for c in part.chars() {
            if c.is_uppercase() && !previous.is_uppercase() {
                words.push(std::mem::take(&mut word));
            }
            word.push(c);
            previous = c;
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::tests::complaints;
    use super::*;

    #[test]
    fn empty_words_are_found_in_items_and_files() {
        for code in [
            "struct OutboxManager;",
            "pub(crate) trait Helper {}",
            "enum SendService { A }",
            "mod utils;",
            "type StringUtil = u8;",
        ] {
            assert_eq!(complaints(check, "src-tauri/src/a.rs", code).len(), 1, "{code}");
        }
        assert_eq!(complaints(check, "ui/src/a.ts", "export class ToastManager {}").len(), 1);
        assert_eq!(complaints(check, "ui/src/date-helpers.ts", "").len(), 1);
        assert_eq!(complaints(check, "tests/engine/utils.rs", "").len(), 1);
    }

    #[test]
    fn words_that_only_look_alike_are_left_alone() {
        for code in [
            "struct Serviceable; struct Utility; struct Managed;",
            "struct SecretService;",
            "fn a() { let x = Service::new(); }",
            "fn a(r#type: Manager) {}",
            "// struct OutboxManager",
        ] {
            let found = complaints(check, "src-tauri/src/a.rs", code);
            assert!(found.is_empty(), "{code} gave {found:?}");
        }
        assert!(
            complaints(check, "ui/src/a.ts", "const x = { type: Manager }").is_empty(),
            "a field is no item"
        );
    }
}

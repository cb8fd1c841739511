//! Things with one home: SQL, the clock, the HTTP client, the Tauri API. The lists below are all the
//! exceptions there are, each with its reason.

use super::{Complaint, File, lines_with};

/// A path prefix (or, with a leading `/`, a part of any path) and why the rule does not hold there.
type Home = (&'static str, &'static str);

const SQL_HOMES: &[Home] = &[
    ("src-tauri/crates/store/", "this is the home"),
    ("tests/store/", "the store's own tests look at the file itself"),
    ("tests/peers/", "other queues, measured beside ours, bring their own"),
    ("src-tauri/crates/xtask/src/tidy/", "the bad samples of this rule"),
];

const TIME_HOMES: &[Home] = &[
    ("src-tauri/crates/domain/src/clock", "the clock itself"),
    ("src-tauri/crates/engine/src/clock", "its monotonic half, which notices suspend and jumps"),
    ("src-tauri/crates/sandbox/src/clock", "a provider has a clock of its own"),
    ("src-tauri/crates/sandbox/src/front", "a breath for file handles, which decides nothing"),
    (
        "src-tauri/crates/providers/src/smtp/adapter",
        "an idle mail connection is closed, which decides nothing",
    ),
    ("src-tauri/crates/xtask/", "waits for real programs"),
    ("tests/peers/", "drives real servers"),
    ("/benches/", "measures real time"),
];

const HTTP_HOMES: &[Home] = &[
    ("src-tauri/crates/providers/src/http", "the one instrumented client"),
    ("src-tauri/crates/sandbox/", "a provider calls our webhooks with a client of its own"),
    ("src-tauri/crates/cli/src/", "talks to the owner's gateway on loopback, which is no provider"),
    ("tests/", "plays the part of the outside world"),
    ("/tests/", "plays the part of the outside world"),
    ("/benches/", "plays the part of the outside world"),
    ("src-tauri/crates/xtask/src/tidy/", "the bad samples of this rule"),
];

const TIME: &[&str] = &[
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "thread::sleep",
    "time::sleep",
    "time::sleep_until",
    "time::interval",
];

const CLIENT: &[&str] = &[
    "reqwest::Client::new",
    "reqwest::Client::builder",
    "reqwest::get",
    "Client::builder",
    "ClientBuilder::new",
    "reqwest::blocking",
];

fn at_home(file: &File, homes: &[Home]) -> bool {
    homes.iter().any(|(place, _)| {
        if place.starts_with('/') { file.path.contains(place) } else { file.under(place) }
    })
}

/// No SQL text outside the store.
pub(super) fn sql(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !at_home(file, SQL_HOMES)) {
        if file.is(".sql") {
            complaints.push(Complaint::new(&file.path, 0, "SQL outside the store"));
        }
        for (line, string) in file.lexed.iter().flat_map(|lexed| &lexed.strings) {
            if is_sql(string) {
                complaints.push(Complaint::new(&file.path, *line, "SQL outside the store"));
            }
        }
    }
    complaints
}

/// Statements as people write them. A sentence such as "Select a line from the list" is not one: the
/// first word must be in capitals, or the statement unmistakable.
fn is_sql(string: &str) -> bool {
    let words: Vec<&str> = string.split_whitespace().take(40).collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let shouted = words.first().is_some_and(|first| first.len() > 3 && *first == upper[0]);
    match upper.as_slice() {
        ["SELECT", "*" | "COUNT(*)" | "1", ..]
        | ["INSERT", "INTO" | "OR", _, _, ..]
        | ["DELETE", "FROM", _, ..] => {
            shouted
                || upper.contains(&"VALUES")
                || upper.contains(&"WHERE")
                || upper.contains(&"FROM") && upper[0] == "SELECT"
        }
        ["SELECT", .., _] => shouted && upper.contains(&"FROM"),
        ["UPDATE", _, "SET", ..] | ["WITH", _, "AS", ..] => shouted,
        [
            "CREATE" | "DROP" | "ALTER",
            "TABLE" | "INDEX" | "UNIQUE" | "TRIGGER" | "VIEW" | "VIRTUAL" | "TEMP",
            _,
            ..,
        ] => shouted,
        ["PRAGMA", _, ..] => shouted,
        ["BEGIN", "IMMEDIATE" | "EXCLUSIVE" | "DEFERRED", ..] => shouted,
        _ => false,
    }
}

/// Time enters through the clock, and nothing sleeps for real.
pub(super) fn time(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is(".rs") && !at_home(file, TIME_HOMES)) {
        for word in TIME {
            for line in lines_with(file.code(), word) {
                let say = format!("{word}: time enters through signalbox_domain::Clock");
                complaints.push(Complaint::new(&file.path, line, say));
            }
        }
    }
    for file in files.iter().filter(|file| file.is_typescript() && file.under("tests/e2e/")) {
        for line in lines_with(file.code(), ".waitForTimeout(") {
            complaints.push(Complaint::new(
                &file.path,
                line,
                "a test waits for what it expects, not for time",
            ));
        }
    }
    complaints
}

/// One HTTP client, so that limits, time-outs and redaction are everywhere the same.
pub(super) fn http(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is(".rs") && !at_home(file, HTTP_HOMES)) {
        let mut lines: Vec<usize> =
            CLIENT.iter().flat_map(|word| lines_with(file.code(), word)).collect();
        lines.sort_unstable();
        lines.dedup();
        for line in lines {
            complaints.push(Complaint::new(
                &file.path,
                line,
                "an HTTP client of its own: use providers::http",
            ));
        }
    }
    complaints
}

/// Only the host seam knows which host it is on.
pub(super) fn host(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let outside = |file: &&File| file.is_typescript() && !file.under("ui/src/host/");
    for file in files.iter().filter(outside) {
        for (line, string) in file.lexed.iter().flat_map(|lexed| &lexed.strings) {
            if string.starts_with("@tauri-apps/") {
                complaints.push(Complaint::new(
                    &file.path,
                    *line,
                    format!("{string} outside ui/src/host"),
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::tests::complaints;
    use super::*;

    #[test]
    fn statements_are_told_from_sentences() {
        for statement in [
            "SELECT id FROM messages",
            "select * from messages where id = ?1",
            "\n  INSERT INTO a (b) VALUES (?1)",
            "insert into a values (1)",
            "UPDATE a SET b = 1",
            "DELETE FROM a WHERE b = 1",
            "CREATE TABLE a (b)",
            "PRAGMA synchronous=FULL;",
            "BEGIN IMMEDIATE",
            "WITH due AS (SELECT 1) SELECT * FROM due",
        ] {
            assert!(is_sql(statement), "{statement}");
        }
        for sentence in [
            "Select a line from the list",
            "Update the address, then retry",
            "Delete from the list",
            "With practice as a start",
            "select",
            "Create table of contents",
            "Insert into the form",
        ] {
            assert!(!is_sql(sentence), "{sentence}");
        }
    }

    #[test]
    fn sql_belongs_to_the_store() {
        let code = "let x = \"SELECT id FROM messages\";";
        assert_eq!(complaints(sql, "src-tauri/crates/engine/src/a.rs", code).len(), 1);
        assert_eq!(complaints(sql, "ui/src/a.ts", code).len(), 1);
        assert_eq!(complaints(sql, "src-tauri/crates/engine/src/a.sql", "x").len(), 1);
        assert!(complaints(sql, "src-tauri/crates/store/src/a.rs", code).is_empty());
        assert!(
            complaints(sql, "src-tauri/crates/engine/src/a.rs", "// SELECT id FROM a").is_empty()
        );
    }

    #[test]
    fn time_comes_from_the_clock() {
        for code in [
            "chrono::Utc::now()",
            "Instant::now()",
            "std::thread::sleep(d)",
            "tokio::time::sleep(d)",
        ] {
            let found = complaints(
                time,
                "src-tauri/crates/engine/src/outbox.rs",
                &format!("let x = {code};"),
            );
            assert_eq!(found.len(), 1, "{code}");
            assert!(
                complaints(time, "src-tauri/crates/domain/src/clock.rs", code).is_empty(),
                "{code} at home"
            );
        }
        let said = "// not Utc::now()\nlet x = \"Instant::now\"; clock.now();";
        assert!(
            complaints(time, "src-tauri/crates/engine/src/a.rs", said).is_empty(),
            "words are not calls"
        );
        assert_eq!(
            complaints(time, "tests/engine/main.rs", "Utc::now()").len(),
            1,
            "tests as well"
        );
        assert_eq!(
            complaints(time, "tests/e2e/a.spec.ts", "await page.waitForTimeout(100)").len(),
            1
        );
    }

    #[test]
    fn there_is_one_http_client() {
        let code = "let c = reqwest::Client::builder();";
        assert_eq!(
            complaints(http, "src-tauri/crates/providers/src/twilio/adapter.rs", code).len(),
            1
        );
        assert!(complaints(http, "src-tauri/crates/providers/src/http.rs", code).is_empty());
        assert!(complaints(http, "src-tauri/crates/sandbox/src/callbacks.rs", code).is_empty());
    }

    #[test]
    fn only_the_seam_knows_tauri() {
        let code = "import { invoke } from '@tauri-apps/api/core';";
        assert_eq!(complaints(host, "ui/src/features/messages/list.tsx", code).len(), 1);
        assert!(complaints(host, "ui/src/host/tauri.ts", code).is_empty());
    }

    #[test]
    fn every_exception_has_a_reason() {
        for (place, why) in [SQL_HOMES, TIME_HOMES, HTTP_HOMES].concat() {
            assert!(why.split_whitespace().count() > 2, "{place}");
        }
    }
}

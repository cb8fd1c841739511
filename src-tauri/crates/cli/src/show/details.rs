//! Single results: one message, the state of the home, what a change did.

use std::fmt::Write;

use serde_json::Value;

use super::{Show, first_of, state, word};

// Writing to a String cannot fail, hence the dropped results below.
impl Show {
    pub(super) fn one(&self, command: &str, result: &Value) -> String {
        match command {
            "send" | "test" | "resolve" => self.line_of(result),
            "message" => self.message(result),
            "status" => self.status(result),
            "retry" => retry(result),
            "import_check" | "import_start" | "batch" | "batch_cancel" => import(result),
            "release" => format!(
                "{} released, {} expired, {} asked about.",
                word(&result["released"]),
                word(&result["expired"]),
                word(&result["asked"])
            ),
            "dismiss" | "undismiss" => format!("{} messages.", word(&result["changed"])),
            "receipts_replay" => {
                format!(
                    "{} replayed, {} still dead.",
                    word(&result["replayed"]),
                    word(&result["still_dead"])
                )
            }
            "token_create" => format!("{}\nShown this once. Keep it safe.", word(&result["token"])),
            "backup" => format!("{} ({} bytes)", word(&result["path"]), word(&result["bytes"])),
            "connect" | "connection_update" | "pause" | "resume" | "disable" | "enable"
            | "check" => line(result),
            "connect_check" => match result["ok"] == true {
                true => format!("It works ({} ms). Nothing was kept.", word(&result["latency_ms"])),
                false => {
                    format!("It does not work: {}", first_of(&[&result["say"], &result["code"]]))
                }
            },
            _ => fields(result, 0),
        }
    }

    fn line_of(&self, message: &Value) -> String {
        let why = first_of(&[&message["failure"]["say"], &message["next"]]);
        let text =
            format!("{}  {}  to {}", word(&message["id"]), state(message), word(&message["to"]));
        if why.is_empty() { text } else { format!("{text}\n{why}") }
    }

    fn message(&self, message: &Value) -> String {
        let mut out = self.line_of(message);
        for (label, value) in [
            ("Name", word(&message["name"])),
            ("Channel", word(&message["channel"])),
            ("Line", word(&message["connection"])),
            ("Accepted", self.at(&message["created_at"])),
            ("Not before", self.at(&message["send_at"])),
            ("Useful until", self.at(&message["useful_until"])),
            ("Subject", word(&message["subject"])),
            ("Remedy", word(&message["failure"]["remedy"])),
        ] {
            if !value.is_empty() {
                let _ = write!(out, "\n{label:<13}{value}");
            }
        }
        let _ = write!(out, "\n\n{}\n", body(&message["body"]));
        for entry in message["timeline"].as_array().into_iter().flatten() {
            let what = word(&entry["what"]);
            let _ = write!(out, "\n{}  {what:<18}", self.at(&entry["at"]));
            let _ = write!(out, " {}", first_of(&[&entry["detail"], &entry["actor"]]));
        }
        out
    }

    fn status(&self, status: &Value) -> String {
        let mut out = word(&status["verdict"]["say"]);
        let board = status["port"]
            .as_u64()
            .map_or_else(String::new, |port| format!("http://127.0.0.1:{port}"));
        for (label, value) in [
            ("Home", word(&status["home"])),
            ("Board", board),
            ("Public", word(&status["public_url"])),
            ("Lines", word(&status["lines"])),
            ("Waiting", word(&status["waiting"])),
            ("Failed", word(&status["failed"])),
            ("Unknown", word(&status["unknown"])),
            ("Messages", word(&status["store"]["messages"])),
            ("Vault", word(&status["vault"]["say"])),
            ("Started", self.at(&status["started_at"])),
            ("Zone", word(&status["zone"])),
            ("Version", word(&status["version"])),
        ] {
            if !value.is_empty() {
                let _ = write!(out, "\n{label:<10}{value}");
            }
        }
        out
    }
}

fn line(line: &Value) -> String {
    let why = first_of(&[&line["reason"]["say"], &line["probe"]["say"]]);
    let mut out = format!(
        "{}  {}  {} ({}), {} waiting",
        word(&line["id"]),
        word(&line["name"]),
        word(&line["signal"]),
        word(&line["state"]),
        word(&line["waiting"])
    );
    for (label, value) in [("", why), ("Webhook address: ", word(&line["webhook_url"]))] {
        if !value.is_empty() {
            let _ = write!(out, "\n{label}{value}");
        }
    }
    out
}

fn retry(result: &Value) -> String {
    let mut out = match result["dry_run"] == true {
        true => format!(
            "Would send {}, leave out {}.",
            word(&result["would_send"]),
            word(&result["skipped_count"])
        ),
        false => format!(
            "{} are on their way again, {} left out.",
            word(&result["sent"]),
            word(&result["skipped_count"])
        ),
    };
    for skipped in result["skipped"].as_array().into_iter().flatten() {
        let _ = write!(
            out,
            "\n{}  {}  {}",
            word(&skipped["id"]),
            word(&skipped["to"]),
            word(&skipped["why"])
        );
    }
    out
}

fn import(result: &Value) -> String {
    let bad = result["bad"].as_array().map_or(0, Vec::len);
    let listed = u64::try_from(bad).unwrap_or(0);
    let bad = result["bad_count"].as_u64().unwrap_or(listed);
    let mut out = match result["id"].as_str() {
        // A batch counts every row of its file, the bad ones too.
        Some(id) => {
            let good = result["total"].as_u64().unwrap_or(0).saturating_sub(bad);
            format!("Batch {id}: {good} messages accepted, {bad} rows left out.")
        }
        None => {
            format!("{} rows are ready, {bad} are not. Nothing was sent.", word(&result["ready"]))
        }
    };
    for row in result["bad"].as_array().into_iter().flatten() {
        let (number, column) = (word(&row["row"]), word(&row["column"]));
        let (value, why, mend) = (word(&row["value"]), word(&row["why"]), word(&row["mend"]));
        let _ = write!(out, "\nRow {number}, {column} “{value}”: {why}. {mend}");
    }
    out
}

/// A text with its own line breaks, and nothing else that a terminal would obey.
fn body(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

fn fields(value: &Value, depth: usize) -> String {
    let Value::Object(object) = value else { return word(value) };
    let mut out = String::new();
    for (name, value) in object {
        let pad = "  ".repeat(depth);
        let _ = match value {
            Value::Object(inner) if !inner.is_empty() => {
                writeln!(out, "{pad}{name}:\n{}", fields(value, depth + 1))
            }
            _ => writeln!(out, "{pad}{name}: {}", word(value)),
        };
    }
    out.trim_end().to_owned()
}

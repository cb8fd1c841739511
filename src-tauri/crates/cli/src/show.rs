//! Results in words and tables for a person at a terminal. Programs ask for `--json`; nothing here is stable for them.

mod details;

use chrono::DateTime;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;
use signalbox_domain::zone::Zone;

/// Shows results in the business's zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Show {
    zone: Zone,
}

/// Columns of a table: heading, and what stands in it.
type Column<'a> = (&'a str, Box<dyn Fn(&Value) -> String + 'a>);

impl Show {
    /// In this zone; UTC when the name is not known.
    #[must_use]
    pub(crate) fn in_zone(name: &str) -> Self {
        Self { zone: Zone::parse(name).unwrap_or(Zone::UTC) }
    }

    /// The result of a command.
    #[must_use]
    pub(crate) fn result(&self, command: &str, result: &Value) -> String {
        let rows = result["items"].as_array();
        match (command, rows) {
            ("connections" | "practice_start", Some(rows)) => {
                self.lines(rows, "No lines yet. `connect` makes one.")
            }
            ("messages", Some(rows)) => self.page(self.messages(rows), result),
            ("causes", Some(rows)) => table(rows, "Nothing is failing.", &causes()),
            ("holds", Some(rows)) => table(rows, "Nothing waits.", &self.holds()),
            ("receipts", Some(rows)) => {
                self.page(table(rows, "No receipts.", &self.receipts()), result)
            }
            ("health", Some(rows)) => table(rows, "No lines yet.", &self.health()),
            ("changes", Some(rows)) => {
                self.page(table(rows, "Nothing changed yet.", &self.changes()), result)
            }
            ("batches", Some(rows)) => table(rows, "No batches yet.", &self.batches()),
            ("tokens", Some(rows)) => table(rows, "No tokens yet.", &self.tokens()),
            ("doctor", Some(rows)) => table(rows, "", &doctor()),
            _ => self.one(command, result),
        }
    }

    fn page(&self, table: String, result: &Value) -> String {
        match result["next"].as_str() {
            Some(next) => format!("{table}\n\nMore: --after {next}"),
            None => table,
        }
    }

    pub(crate) fn at(&self, value: &Value) -> String {
        let Some(instant) = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        else {
            return String::new();
        };
        self.zone.to_local(instant.to_utc()).naive.format("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn time(&self, field: &'static str) -> Box<dyn Fn(&Value) -> String + '_> {
        Box::new(move |row| self.at(&row[field]))
    }

    fn lines(&self, rows: &[Value], none: &str) -> String {
        let columns: [Column<'_>; 8] = [
            ("ID", field("id")),
            ("NAME", field("name")),
            ("PROVIDER", field("provider")),
            ("WORLD", field("environment")),
            ("SIGNAL", field("signal")),
            ("STATE", field("state")),
            ("WAITING", field("waiting")),
            ("WHY", Box::new(|row| word(&row["reason"]["say"]))),
        ];
        table(rows, none, &columns)
    }

    fn messages(&self, rows: &[Value]) -> String {
        let columns: [Column<'_>; 6] = [
            ("ID", field("id")),
            ("ACCEPTED", self.time("created_at")),
            ("CHANNEL", field("channel")),
            ("TO", field("to")),
            ("STATE", Box::new(state)),
            ("NEXT", Box::new(|row| first_of(&[&row["failure"]["say"], &row["next"]]))),
        ];
        table(rows, "No messages.", &columns)
    }

    fn holds(&self) -> [Column<'_>; 6] {
        [
            ("LINE", field("connection")),
            ("REASON", field("reason")),
            ("COUNT", field("count")),
            ("OLDEST", self.time("oldest")),
            ("FIRST EXPIRES", self.time("first_expiry")),
            ("WHY", field("say")),
        ]
    }

    fn receipts(&self) -> [Column<'_>; 6] {
        [
            ("ID", field("id")),
            ("RECEIVED", self.time("received_at")),
            ("PROVIDER", field("provider")),
            ("KIND", field("kind")),
            ("STATE", field("state")),
            ("ERROR", field("error")),
        ]
    }

    fn health(&self) -> [Column<'_>; 5] {
        [
            ("LINE", field("connection")),
            ("SIGNAL", field("signal")),
            ("LAST GOOD", self.time("last_good")),
            ("MEDIAN MS", field("median_ms")),
            ("NEXT CHECK", self.time("next_check")),
        ]
    }

    fn changes(&self) -> [Column<'_>; 4] {
        [
            ("AT", self.time("at")),
            ("SIGNAL", field("signal")),
            ("WHAT", field("say")),
            ("BY", field("actor")),
        ]
    }

    fn batches(&self) -> [Column<'_>; 8] {
        [
            ("ID", field("id")),
            ("NAME", field("name")),
            ("MADE", self.time("created_at")),
            ("STATE", field("state")),
            ("TOTAL", field("total")),
            ("WAITING", field("waiting")),
            ("DELIVERED", field("delivered")),
            ("FAILED", field("failed")),
        ]
    }

    fn tokens(&self) -> [Column<'_>; 4] {
        [
            ("ID", field("id")),
            ("NAME", field("name")),
            ("MADE", self.time("created_at")),
            ("LAST USED", self.time("last_used")),
        ]
    }
}

fn causes() -> [Column<'static>; 6] {
    [
        ("CAUSE", field("key")),
        ("COUNT", field("count")),
        ("CODE", field("code")),
        ("WHAT", field("say")),
        ("STATUS", field("status")),
        ("REMEDY", field("remedy")),
    ]
}

fn doctor() -> [Column<'static>; 4] {
    [
        ("", Box::new(|row: &Value| if row["ok"] == true { "ok" } else { "LOOK" }.to_owned())),
        ("WHAT", field("what")),
        ("FOUND", field("say")),
        ("REMEDY", field("remedy")),
    ]
}

fn field<'a>(name: &'a str) -> Box<dyn Fn(&Value) -> String + 'a> {
    Box::new(move |row| word(&row[name]))
}

pub(crate) fn state(row: &Value) -> String {
    let reason = word(&row["hold"]["reason"]);
    if reason.is_empty() {
        word(&row["state"])
    } else {
        format!("{} ({reason})", word(&row["state"]))
    }
}

pub(crate) fn first_of(values: &[&Value]) -> String {
    values.iter().map(|value| word(value)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A value as one harmless line: what others wrote must not move the cursor or colour the screen.
pub(crate) fn word(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn table(rows: &[Value], none: &str, columns: &[Column<'_>]) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|(heading, _)| *heading));
    for row in rows {
        table.add_row(columns.iter().map(|(_, cell)| cell(row)));
    }
    for (index, (heading, _)) in columns.iter().enumerate() {
        let is_number =
            ["COUNT", "WAITING", "TOTAL", "DELIVERED", "FAILED", "MEDIAN MS"].contains(heading);
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 2));
            if is_number {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_the_business_s_own() {
        let show = Show::in_zone("America/Vancouver");
        assert_eq!(show.at(&json!("2026-12-01T16:00:00.000Z")), "2026-12-01 09:00:00");
        assert_eq!(show.at(&Value::Null), "");
        assert_eq!(
            Show::in_zone("Nowhere/At_All").at(&json!("2026-12-01T16:00:00Z")),
            "2026-12-01 16:00:00"
        );
    }

    #[test]
    fn a_table_stands_in_columns_and_carries_no_control_characters() {
        let rows = json!({ "items": [
            { "id": "01hq3v8m2k7c4", "created_at": "2026-12-01T16:00:00Z", "channel": "sms", "to": "+15550100142",
              "state": "held", "hold": { "reason": "paused" }, "next": "Waits\u{1b}[31m" },
            { "id": "01hq3v8m2k7c5", "created_at": "2026-12-01T16:00:00Z", "channel": "email", "to": "jo@example.com",
              "state": "needs_attention", "failure": { "say": "No such mailbox" }, "next": "Nothing" },
        ], "next": "c1" });
        let text = Show::in_zone("UTC").result("messages", &rows);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].starts_with("ID") && lines[1].starts_with("01hq3v8m2k7c4"), "{text}");
        assert!(
            lines[1].contains("held (paused)") && lines[2].contains("No such mailbox"),
            "{text}"
        );
        assert_eq!(
            lines[1].find("sms"),
            lines[2].find("email"),
            "columns stand under each other:\n{text}"
        );
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert_eq!(lines.last(), Some(&"More: --after c1"));
    }

    #[test]
    fn an_empty_list_says_so() {
        assert_eq!(Show::in_zone("UTC").result("holds", &json!({ "items": [] })), "Nothing waits.");
    }
}

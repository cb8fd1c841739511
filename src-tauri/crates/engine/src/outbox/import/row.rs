//! One row: a message to be, or what is the matter with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Import;
use super::records::Record;
use crate::core::Core;
use crate::outbox::enqueue::{Checked, SendRequest, check};

/// What stands where bytes could not be read as text.
pub(super) const NOT_READ: char = char::REPLACEMENT_CHARACTER;

/// What is to be done about a row that cannot be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRowKind {
    /// It has to be corrected.
    #[default]
    Fix,
    /// An earlier row says the same to the same person; nothing is lost without it.
    Duplicate,
    /// This person does not want to be written to.
    OptedOut,
}

/// A row that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Its number in the file; the row after the header is 1.
    pub row: usize,
    /// Whether it has to be corrected.
    #[serde(default)]
    pub kind: BadRowKind,
    /// Which column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is the matter.
    pub why: String,
    /// How to mend it.
    pub mend: String,
}

pub(super) fn one_row(
    core: &Core,
    import: &Import,
    columns: &[String],
    map: &BTreeMap<String, String>,
    row: usize,
    record: &csv::StringRecord,
) -> Result<Checked, BadRow> {
    if record.len() != columns.len() {
        return Err(BadRow {
            row,
            kind: BadRowKind::Fix,
            column: String::new(),
            value: record.iter().collect::<Vec<_>>().join(", ").chars().take(120).collect(),
            why: format!("{} cells, but the header has {}", record.len(), columns.len()),
            mend: "Put texts with a separator or a quote in quotes".into(),
        });
    }
    if let Some(at) = record.iter().position(|cell| cell.contains(NOT_READ)) {
        return Err(BadRow {
            row,
            kind: BadRowKind::Fix,
            column: columns[at].clone(),
            value: record[at].chars().take(120).collect(),
            why: "It holds a letter that could not be read".into(),
            mend: "Save the file as CSV in UTF-8".into(),
        });
    }
    let cell = |field: &str| {
        let column = map.get(field)?;
        let index = columns.iter().position(|name| name == column)?;
        record.get(index).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let fields: BTreeMap<String, String> =
        map.keys().filter_map(|field| Some((field.clone(), cell(field)?))).collect();
    let request = SendRequest {
        channel: import.channel,
        to: cell("to").unwrap_or_default(),
        body: cell("body").or_else(|| import.body.clone()).unwrap_or_default(),
        subject: cell("subject").or_else(|| import.subject.clone()),
        fields: Some(fields),
        connection: import.connection,
        route: Vec::new(),
        send_at: cell("send_at").or_else(|| import.send_at.clone()),
        useful_until: cell("useful_until").or_else(|| import.useful_until.clone()),
        idempotency_key: None,
        name: cell("name"),
    };
    let country = import.country.unwrap_or_else(|| core.settings().country);
    check(core, &request, country).map_err(|refusal| {
        let mut field = refusal.field.unwrap_or_else(|| "to".into());
        if refusal.code == "template_field" {
            // The text is well; the cell that should have filled it is not.
            let texts = [&request.body, request.subject.as_ref().unwrap_or(&request.body)];
            let named =
                |name: &&String| texts.iter().any(|text| text.contains(&format!("{{{name}}}")));
            let spoilt =
                |name: &&String| cell(name).is_none_or(|value| value.chars().any(char::is_control));
            if let Some(name) = map.keys().filter(spoilt).find(named) {
                field.clone_from(name);
            }
        }
        let value = cell(&field).unwrap_or_default().chars().take(120).collect();
        BadRow {
            row,
            kind: BadRowKind::Fix,
            column: map.get(&field).cloned().unwrap_or(field),
            value,
            why: refusal.message,
            mend: refusal.remedy,
        }
    })
}

pub(super) fn spoilt_row(row: usize, record: Record<'_>, why: &str) -> BadRow {
    let (Record::Whole(text) | Record::Broken(text)) = record;
    BadRow {
        row,
        kind: BadRowKind::Fix,
        column: String::new(),
        value: text.chars().take(120).collect(),
        why: why.to_owned(),
        mend: "Close the quote, or double it where it belongs to the text".into(),
    }
}

/// A good row that stays behind because of whom it goes to.
pub(super) fn left_out(
    map: &BTreeMap<String, String>,
    row: usize,
    kind: BadRowKind,
    value: &str,
    why: &str,
    mend: &str,
) -> BadRow {
    BadRow {
        row,
        kind,
        column: map.get("to").cloned().unwrap_or_default(),
        value: value.to_owned(),
        why: why.to_owned(),
        mend: mend.to_owned(),
    }
}

//! The file as a table: its delimiter, its columns, the cells of a record, and which column is
//! which field.

use std::collections::BTreeMap;

use super::Import;
use super::records::Record;
use super::row::NOT_READ;
use crate::refusal::Refusal;

/// Semicolons and tabs are what spreadsheets write in half of the world.
pub(super) fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|candidate| header.bytes().filter(|byte| byte == candidate).count())
        .filter(|best| header.as_bytes().contains(best))
        .unwrap_or(b',')
}

/// The columns. What is not text shows there first.
pub(super) fn header(record: Option<Record<'_>>, delimiter: u8) -> Result<Vec<String>, Refusal> {
    let unreadable = |why: &str| {
        Refusal::invalid(
            "csv",
            "unreadable",
            format!("The file cannot be read: {why}"),
            "Save it as CSV in UTF-8",
        )
    };
    let record = record.ok_or_else(|| unreadable("it is empty"))?;
    let columns =
        cells(record, delimiter).map_err(|_| unreadable("its header has a stray quote"))?;
    if columns.iter().any(|column| column.contains(['\0', NOT_READ])) {
        return Err(unreadable("its header is not text in UTF-8"));
    }
    Ok(columns.iter().map(str::to_owned).collect())
}

/// The cells of one record, or why it has none.
pub(super) fn cells(record: Record<'_>, delimiter: u8) -> Result<csv::StringRecord, &'static str> {
    let Record::Whole(text) = record else {
        return Err("A quote opens a cell and does not close it");
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .buffer_capacity(text.len().clamp(64, 8 * 1024))
        .from_reader(text.as_bytes());
    match reader.records().next() {
        Some(Ok(cells)) => Ok(cells),
        _ => Err("The row cannot be read"),
    }
}

/// Column by field, checked against the header. Columns named like a field need no mapping.
pub(super) fn mapping(
    import: &Import,
    columns: &[String],
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut by_field = BTreeMap::new();
    for (column, field) in &import.map {
        if !columns.contains(column) {
            return Err(Refusal::invalid(
                format!("map.{column}"),
                "unknown_column",
                format!("The file has no column `{column}`"),
                format!("Its columns are {}", columns.join(", ")),
            ));
        }
        by_field.insert(field.clone(), column.clone());
    }
    if import.map.is_empty() {
        for column in columns {
            by_field.entry(column.clone()).or_insert_with(|| column.clone());
        }
    }
    if !by_field.contains_key("to") {
        return Err(Refusal::invalid(
            "map",
            "no_recipient_column",
            "No column is mapped to the recipient",
            format!("Map one of {} to `to`", columns.join(", ")),
        ));
    }
    if import.body.is_none() && !by_field.contains_key("body") {
        return Err(Refusal::invalid(
            "body",
            "empty_body",
            "There is no text to send",
            "Write one, or map a column to `body`",
        ));
    }
    Ok(by_field)
}

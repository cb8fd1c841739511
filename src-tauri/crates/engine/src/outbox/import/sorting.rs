//! The rows of a file sorted into those that can go out and those that cannot.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};
use signalbox_domain::Channel;

use super::Import;
use super::records::split;
use super::row::{BadRow, BadRowKind, left_out, one_row, spoilt_row};
use super::table::{cells, delimiter, header, mapping};
use crate::core::Core;
use crate::outbox::enqueue::Checked;
use crate::refusal::Refusal;

const MOST_ROWS: usize = 100_000;
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Bad rows that are listed one by one.
const LISTED: usize = 500;
/// Rows shown as they would go out.
const SHOWN: usize = 20;

/// A row as it would go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    /// Its number in the file.
    pub row: usize,
    /// To whom.
    pub to: String,
    /// Their name.
    pub name: Option<String>,
    /// The subject of a mail, fields filled in.
    pub subject: Option<String>,
    /// The text, fields filled in.
    pub body: String,
    /// SMS segments.
    pub segments: Option<u32>,
}

/// What a file holds; nothing is stored.
#[derive(Debug, Clone, Default)]
pub struct ImportCheck {
    /// The columns of its header.
    pub columns: Vec<String>,
    /// Rows below the header.
    pub rows: usize,
    /// Rows that can go out.
    pub ready: usize,
    /// Rows that cannot, at most 500 of them.
    pub bad: Vec<BadRow>,
    /// How many cannot.
    pub bad_count: usize,
    /// Of these, the same recipient and text as an earlier row.
    pub duplicates: usize,
    /// Of these, people who opted out.
    pub opted_out: usize,
    /// The first rows as they would go out.
    pub preview: Vec<ShownRow>,
    /// SMS segments in all.
    pub segments: Option<u64>,
}

/// The rows of a file.
pub(super) struct Sorted {
    pub(super) check: ImportCheck,
    pub(super) ready: Vec<Checked>,
    pub(super) bad: Vec<BadRow>,
}

pub(super) async fn sort(core: &Core, import: &Import) -> Result<Sorted, Refusal> {
    if import.csv.len() > MOST_BYTES {
        return Err(Refusal::invalid(
            "csv",
            "too_large",
            "The file is larger than 32 MB",
            "Split it into several files",
        ));
    }
    let text = import.csv.trim_start_matches('\u{feff}');
    let delimiter = delimiter(text);
    let mut records = split(text, delimiter);
    let columns = header(records.next(), delimiter)?;
    let map = mapping(import, &columns)?;
    let mut sorted = Sorted {
        check: ImportCheck { columns: columns.clone(), ..ImportCheck::default() },
        ready: Vec::new(),
        bad: Vec::new(),
    };
    let mut seen: HashSet<[u8; 32]> = HashSet::new();
    let mut numbers = Vec::new();
    for (index, record) in records.enumerate() {
        let row = index + 1;
        if row > MOST_ROWS {
            return Err(Refusal::invalid(
                "csv",
                "too_many_rows",
                format!("The file has more than {MOST_ROWS} rows"),
                "Split it into several files",
            ));
        }
        sorted.check.rows = row;
        let checked = cells(record, delimiter)
            .map_err(|why| spoilt_row(row, record, why))
            .and_then(|cells| one_row(core, import, &columns, &map, row, &cells));
        match checked {
            Err(bad) => sorted.bad.push(bad),
            Ok(checked) => {
                let mut digest = Sha256::new();
                digest.update(checked.to.as_bytes());
                digest.update([0]);
                digest.update(checked.body.as_bytes());
                if seen.insert(digest.finalize().into()) {
                    numbers.push(row);
                    sorted.ready.push(checked);
                } else {
                    sorted.check.duplicates += 1;
                    sorted.bad.push(left_out(
                        &map,
                        row,
                        BadRowKind::Duplicate,
                        &checked.to,
                        "The same person and text as an earlier row",
                        "Remove the repetition",
                    ));
                }
            }
        }
    }
    leave_out_suppressed(core, import, &map, &mut sorted, &mut numbers).await?;
    sorted.bad.sort_by_key(|bad| bad.row);
    let check = &mut sorted.check;
    check.ready = sorted.ready.len();
    check.bad_count = sorted.bad.len();
    check.bad = sorted.bad.iter().take(LISTED).cloned().collect();
    let total: u64 = sorted
        .ready
        .iter()
        .filter_map(|row| row.segments.as_ref())
        .map(|s| u64::from(s.segments))
        .sum();
    check.segments = (import.channel == Channel::Sms).then_some(total);
    check.preview = sorted
        .ready
        .iter()
        .zip(&numbers)
        .take(SHOWN)
        .map(|(row, number)| ShownRow {
            row: *number,
            to: row.to.clone(),
            name: row.name.clone(),
            subject: row.subject.clone(),
            body: row.body.clone(),
            segments: row.segments.as_ref().map(|s| s.segments),
        })
        .collect();
    Ok(sorted)
}

async fn leave_out_suppressed(
    core: &Core,
    import: &Import,
    map: &BTreeMap<String, String>,
    sorted: &mut Sorted,
    numbers: &mut Vec<usize>,
) -> Result<(), Refusal> {
    let addresses = sorted.ready.iter().map(|row| row.to.clone()).collect();
    let suppressed: HashSet<String> =
        core.store.suppressed_among(import.channel, addresses).await?.into_iter().collect();
    if suppressed.is_empty() {
        return Ok(());
    }
    let ready = std::mem::take(&mut sorted.ready);
    for (checked, row) in ready.into_iter().zip(std::mem::take(numbers)) {
        if suppressed.contains(&checked.to) {
            sorted.check.opted_out += 1;
            sorted.bad.push(left_out(
                map,
                row,
                BadRowKind::OptedOut,
                &checked.to,
                "This person opted out",
                "Nothing to mend: leave them out",
            ));
        } else {
            numbers.push(row);
            sorted.ready.push(checked);
        }
    }
    Ok(())
}

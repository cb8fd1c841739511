//! Many messages from a CSV: each row is checked, the bad ones are listed with what, where and
//! how to mend it, and the good ones go out as one batch.

mod records;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use signalbox_domain::{BatchId, Channel, ConnectionId, MessageState, Priority};
use signalbox_store::{Chosen, Enqueued, NewBatch, NewMessage, Stream};

use crate::core::Core;
use crate::event::Tag;
use crate::outbox::decisions::decide;
use crate::outbox::enqueue::{Checked, SendRequest, check, wake};
use crate::outbox::which::{Which, all};
use crate::refusal::{Refusal, RefusalKind};
use records::{Record, split};

const MOST_ROWS: usize = 100_000;
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Bad rows that are listed one by one.
const LISTED: usize = 500;
/// What stands where bytes could not be read as text.
const NOT_READ: char = char::REPLACEMENT_CHARACTER;
/// Rows shown as they would go out.
const SHOWN: usize = 20;

/// A file to be sent from.
#[derive(Debug, Clone, Serialize)]
pub struct Import {
    /// The file's text, with a header row.
    pub csv: String,
    /// Which column is which field: `to`, `name`, `body`, `subject`, `send_at`, `useful_until`, or
    /// the name of a template field.
    pub map: BTreeMap<String, String>,
    /// How they shall travel.
    pub channel: Channel,
    /// The text for rows without their own.
    pub body: Option<String>,
    /// The subject for rows without their own.
    pub subject: Option<String>,
    /// By this line.
    pub connection: Option<ConnectionId>,
    /// What people call the batch.
    pub name: Option<String>,
    /// Not before, for rows without their own.
    pub send_at: Option<String>,
    /// Not after, for rows without their own.
    pub useful_until: Option<String>,
    /// The caller's key.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A row that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Its number in the file; the row after the header is 1.
    pub row: usize,
    /// Which column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is the matter.
    pub why: String,
    /// How to mend it.
    pub mend: String,
}

/// A row as it would go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    /// Its number in the file.
    pub row: usize,
    /// To whom.
    pub to: String,
    /// Their name.
    pub name: Option<String>,
    /// The text.
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

struct Sorted {
    check: ImportCheck,
    ready: Vec<Checked>,
    bad: Vec<BadRow>,
}

pub(crate) async fn check_import(core: &Core, import: &Import) -> Result<ImportCheck, Refusal> {
    Ok(sort(core, import).await?.check)
}

pub(crate) async fn start_import(
    core: &Core,
    import: Import,
    actor: &str,
) -> Result<BatchId, Refusal> {
    let sorted = sort(core, &import).await?;
    if sorted.ready.is_empty() {
        return Err(Refusal::invalid(
            "csv",
            "no_good_rows",
            format!("None of the {} rows can be sent", sorted.check.rows),
            sorted.bad.first().map_or_else(
                || "Add rows below the header".to_owned(),
                |bad| format!("Row {}: {}. {}", bad.row, bad.why, bad.mend),
            ),
        ));
    }
    let now = core.now_ms();
    let lines: HashSet<ConnectionId> = sorted.ready.iter().map(|row| row.line.id()).collect();
    let messages: Vec<NewMessage> = sorted
        .ready
        .into_iter()
        .map(|row| row.into_message(import.channel, Priority::Bulk, now, actor))
        .collect();
    let key = import.idempotency_key.as_deref().map(|key| batch_key(key, &import)).transpose()?;
    let new = NewBatch {
        name: import
            .name
            .clone()
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| "Import".into()),
        total: sorted.check.rows as i64,
        bad: serde_json::to_string(&sorted.bad).unwrap_or_else(|_| "[]".into()),
        key,
        at: now,
    };
    let (id, _new, enqueued) = core.store.add_batch(new, messages).await?;
    let late = enqueued.iter().filter(|one| matches!(one, Enqueued::OptedOut)).count();
    if late > 0 {
        tracing::info!(late, "people opted out between the check and the commit");
    }
    for line in lines.into_iter().filter_map(|id| core.line(id)) {
        wake(core, &line);
    }
    core.events.changed(&[Tag::Batches, Tag::Messages, Tag::Connections]);
    Ok(id)
}

pub(crate) async fn cancel_batch(core: &Core, id: BatchId, actor: &str) -> Result<usize, Refusal> {
    core.store.cancel_batch(id, core.now_ms()).await?;
    let rows = all(core, vec![Stream::Batch(id)], Vec::new()).await?;
    let waiting = rows
        .into_iter()
        .filter(|row| matches!(row.state, MessageState::Queued | MessageState::Held))
        .map(|row| row.id)
        .collect();
    Ok(decide(core, Which::Ids(waiting), Chosen::Cancel, actor).await?.0)
}

/// The caller's key and what it asked for, in one: the same key with another file is another key,
/// and is refused by nobody but found by nobody either.
fn batch_key(key: &str, import: &Import) -> Result<String, Refusal> {
    let bytes = serde_json::to_vec(import).map_err(|error| {
        Refusal::new(
            RefusalKind::Internal,
            "hash",
            error.to_string(),
            "Please send the support bundle",
        )
    })?;
    let digest = Sha256::digest(&bytes);
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{key}/{hex}"))
}

async fn sort(core: &Core, import: &Import) -> Result<Sorted, Refusal> {
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
                    sorted.bad.push(bad_row(
                        &map,
                        row,
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
            sorted.bad.push(bad_row(
                map,
                row,
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

/// Semicolons and tabs are what spreadsheets write in half of the world.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|candidate| header.bytes().filter(|byte| byte == candidate).count())
        .filter(|best| header.as_bytes().contains(best))
        .unwrap_or(b',')
}

/// The columns. What is not text shows there first.
fn header(record: Option<Record<'_>>, delimiter: u8) -> Result<Vec<String>, Refusal> {
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
fn cells(record: Record<'_>, delimiter: u8) -> Result<csv::StringRecord, &'static str> {
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

fn spoilt_row(row: usize, record: Record<'_>, why: &str) -> BadRow {
    let (Record::Whole(text) | Record::Broken(text)) = record;
    BadRow {
        row,
        column: String::new(),
        value: text.chars().take(120).collect(),
        why: why.to_owned(),
        mend: "Close the quote, or double it where it belongs to the text".into(),
    }
}

/// Column by field, checked against the header. Columns named like a field need no mapping.
fn mapping(import: &Import, columns: &[String]) -> Result<BTreeMap<String, String>, Refusal> {
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

fn one_row(
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
            column: String::new(),
            value: record.iter().collect::<Vec<_>>().join(", ").chars().take(120).collect(),
            why: format!("{} cells, but the header has {}", record.len(), columns.len()),
            mend: "Put texts with a separator or a quote in quotes".into(),
        });
    }
    if let Some(at) = record.iter().position(|cell| cell.contains(NOT_READ)) {
        return Err(BadRow {
            row,
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
    check(core, &request).map_err(|refusal| {
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
            column: map.get(&field).cloned().unwrap_or(field),
            value,
            why: refusal.message,
            mend: refusal.remedy,
        }
    })
}

fn bad_row(
    map: &BTreeMap<String, String>,
    row: usize,
    value: &str,
    why: &str,
    mend: &str,
) -> BadRow {
    BadRow {
        row,
        column: map.get("to").cloned().unwrap_or_default(),
        value: value.to_owned(),
        why: why.to_owned(),
        mend: mend.to_owned(),
    }
}

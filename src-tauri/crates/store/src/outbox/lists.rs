//! Lists of messages, newest first, in both directions, at any size.
//!
//! A filter is a set of streams, one per (line, state); each is a range of one index in order of
//! id. A page is their merge. So a filter costs as many seeks as it has streams, and never a scan
//! of what it does not show (docs/adr/005-lists-are-merged-streams.md).

use rusqlite::{Connection, params};
use signalbox_domain::{BatchId, ConnectionId, HoldReason, MessageId, MessageState};

use super::row::{COLUMNS, MessageRow, from_sql, with_words};
use crate::error::Result;
use crate::store::Store;

/// One ordered source of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stream {
    /// Everything.
    All,
    /// Those of one line in one state.
    Shelf(ConnectionId, MessageState),
    /// Those of one batch.
    Batch(BatchId),
    /// Failed, dismissed or unknown ones of one line with one failure.
    Cause(ConnectionId, i64, MessageState),
}

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// Older than this one.
    After(MessageId),
    /// Newer than this one.
    Before(MessageId),
}

/// A page that is asked for.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// Merged in order of id.
    pub streams: Vec<Stream>,
    /// Where it starts; `None` at the newest.
    pub cursor: Option<Cursor>,
    /// Not older than this raw id.
    pub from: i64,
    /// Older than this raw id.
    pub until: i64,
    /// Keep only these hold reasons; empty keeps all.
    pub reasons: Vec<HoldReason>,
    /// At most so many.
    pub limit: usize,
}

/// A page, newest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages.
    pub rows: Vec<MessageRow>,
    /// Whether there are older ones.
    pub older: bool,
    /// Whether there are newer ones.
    pub newer: bool,
}

impl Store {
    /// One page of messages.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn page(&self, request: PageRequest) -> Result<Page> {
        self.read(move |db| page(db, &request)).await
    }
}

fn page(db: &Connection, request: &PageRequest) -> Result<Page> {
    let ids = ids(db, request, request.limit + 1)?;
    let more = ids.len() > request.limit;
    let mut rows = Vec::with_capacity(ids.len());
    let sql = format!("SELECT {COLUMNS} FROM message m WHERE m.id = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    for id in ids.into_iter().take(request.limit) {
        rows.push(with_words(db, statement.query_row([id], from_sql)?)?);
    }
    let (older, newer) = match request.cursor {
        Some(Cursor::Before(_)) => {
            rows.reverse();
            (true, more)
        }
        Some(Cursor::After(_)) => (more, true),
        None => (more, false),
    };
    Ok(Page { rows, older, newer })
}

/// The merged ids in reading direction: descending, or ascending for [`Cursor::Before`].
fn ids(db: &Connection, request: &PageRequest, limit: usize) -> Result<Vec<i64>> {
    let (mut low, mut high, ascending) = (request.from, request.until, false);
    let ascending = match request.cursor {
        Some(Cursor::After(id)) => {
            high = high.min(id.raw());
            ascending
        }
        Some(Cursor::Before(id)) => {
            low = low.max(id.raw() + 1);
            true
        }
        None => ascending,
    };
    let mut merged: Vec<i64> = Vec::new();
    for stream in &request.streams {
        read_stream(db, stream, &request.reasons, low, high, ascending, limit, &mut merged)?;
    }
    match ascending {
        true => merged.sort_unstable(),
        false => merged.sort_unstable_by(|a, b| b.cmp(a)),
    }
    merged.dedup();
    merged.truncate(limit);
    Ok(merged)
}

#[allow(clippy::too_many_arguments, reason = "the bounds of one index range")]
fn read_stream(
    db: &Connection,
    stream: &Stream,
    reasons: &[HoldReason],
    low: i64,
    high: i64,
    ascending: bool,
    limit: usize,
    into: &mut Vec<i64>,
) -> Result<()> {
    let order = if ascending { "ASC" } else { "DESC" };
    let reason = match reasons.is_empty() {
        true => String::new(),
        false => {
            let codes: Vec<String> =
                reasons.iter().map(|reason| reason.code().to_string()).collect();
            format!("AND reason IN ({})", codes.join(", "))
        }
    };
    let limit = limit as i64;
    let mut take = |sql: String, values: &[&dyn rusqlite::ToSql]| -> Result<()> {
        let mut statement = db.prepare_cached(&sql)?;
        let rows = statement.query_map(values, |row| row.get::<_, i64>(0))?;
        for row in rows {
            into.push(row?);
        }
        Ok(())
    };
    let tail = format!("AND id >= ? AND id < ? {reason} ORDER BY id {order} LIMIT ?");
    match stream {
        Stream::All => {
            take(format!("SELECT id FROM message WHERE 1 {tail}"), params![low, high, limit])
        }
        Stream::Shelf(connection, state) => take(
            format!(
                "SELECT id FROM message INDEXED BY message_shelf WHERE connection = ? AND state = ? {tail}"
            ),
            params![connection.raw(), state.code(), low, high, limit],
        ),
        Stream::Batch(batch) => take(
            format!("SELECT id FROM message INDEXED BY message_batch WHERE batch = ? {tail}"),
            params![batch.raw(), low, high, limit],
        ),
        Stream::Cause(connection, failure, state) => take(
            format!(
                "SELECT id FROM message INDEXED BY message_cause
                 WHERE connection = ? AND failure = ? AND state = ? AND state IN (7, 8, 12) {tail}"
            ),
            params![connection.raw(), failure, state.code(), low, high, limit],
        ),
    }
}

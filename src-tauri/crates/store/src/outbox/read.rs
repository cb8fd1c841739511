//! One message, whole: its text, its attempts and everything else that happened to it.

use rusqlite::{OptionalExtension, params};
use signalbox_domain::{ConnectionId, Failure, HoldReason, MessageId, MessageState};

use super::row::{COLUMNS, MessageRow, from_sql, with_words};
use crate::counters::{shelf, unshelf};
use crate::error::{Result, StoreError};
use crate::failures;
use crate::store::Store;

/// A message with everything known about it.
#[derive(Debug, Clone)]
pub struct MessageWhole {
    /// The row.
    pub row: MessageRow,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub body: String,
    /// Its attempts, first to last.
    pub attempts: Vec<AttemptRow>,
    /// What else happened, first to last.
    pub timeline: Vec<TimelineRow>,
}

/// One attempt of the journal. Instants are Unix milliseconds.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// Of which message.
    pub message: MessageId,
    /// Its number, from 1.
    pub n: u32,
    /// By which line.
    pub connection: ConnectionId,
    /// When the intent was committed.
    pub intent_at: i64,
    /// When the outcome was committed.
    pub ended_at: Option<i64>,
    /// 1 accepted, 2 refused, 3 unknown; `None` while in flight.
    pub outcome: Option<i64>,
    /// Why it did not work.
    pub failure: Option<Failure>,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// The HTTP status of the answer, when one came by HTTP.
    pub http: Option<u16>,
}

/// One step besides the attempts.
#[derive(Debug, Clone)]
pub struct TimelineRow {
    /// When (Unix ms).
    pub at: i64,
    /// What, as one word, perhaps with `:detail`.
    pub what: String,
    /// More about it.
    pub detail: Option<String>,
    /// Who or what did it.
    pub actor: String,
}

impl Store {
    /// One message with its history.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure to read.
    pub async fn message(&self, id: MessageId) -> Result<MessageWhole> {
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS} FROM message m WHERE m.id = ?1");
            let row = db.prepare_cached(&sql)?.query_row([id.raw()], from_sql).optional()?;
            let row = with_words(db, row.ok_or(StoreError::NotFound)?)?;
            let (subject, body) = db
                .prepare_cached("SELECT subject, body FROM content WHERE message = ?1")?
                .query_row([id.raw()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let timeline = db
                .prepare_cached(
                    "SELECT at, what, detail, actor FROM timeline WHERE message = ?1 ORDER BY seq",
                )?
                .query_map([id.raw()], |row| {
                    Ok(TimelineRow {
                        at: row.get(0)?,
                        what: row.get(1)?,
                        detail: row.get(2)?,
                        actor: row.get(3)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(MessageWhole { row, subject, body, attempts: attempts(db, id)?, timeline })
        })
        .await
    }

    /// Rows by id; those that do not exist are left out.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn rows(&self, ids: Vec<MessageId>) -> Result<Vec<MessageRow>> {
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS} FROM message m WHERE m.id = ?1");
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                if let Some(row) = statement.query_row([id.raw()], from_sql).optional()? {
                    rows.push(with_words(db, row)?);
                }
            }
            Ok(rows)
        })
        .await
    }

    /// The latest attempts of a line's newest messages, newest first.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn recent_attempts(
        &self,
        connection: ConnectionId,
        limit: usize,
    ) -> Result<Vec<(AttemptRow, String)>> {
        self.read(move |db| {
            let mut found: Vec<(i64, String)> = Vec::new();
            let mut statement = db.prepare_cached(
                "SELECT id, recipient FROM message INDEXED BY message_shelf
                 WHERE connection = ?1 AND state = ?2 ORDER BY id DESC LIMIT ?3",
            )?;
            for state in MessageState::ALL {
                let rows = statement
                    .query_map(params![connection.raw(), state.code(), limit as i64], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })?;
                for row in rows {
                    found.push(row?);
                }
            }
            found.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(*id));
            found.truncate(limit);
            let mut list = Vec::new();
            for (id, recipient) in found {
                for attempt in attempts(db, MessageId::from_raw(id))? {
                    list.push((attempt, recipient.clone()));
                }
            }
            list.sort_by_key(|(attempt, _)| std::cmp::Reverse(attempt.intent_at));
            list.truncate(limit);
            Ok(list)
        })
        .await
    }

    /// How many messages stand where, by line.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn counts(
        &self,
    ) -> Result<Vec<(ConnectionId, MessageState, Option<HoldReason>, i64)>> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT connection, shelf, n FROM counter WHERE n <> 0")?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let mut counts = Vec::new();
            for row in rows {
                let (connection, shelf, n): (i64, i64, i64) = row?;
                if let Some((state, reason)) = unshelf(shelf) {
                    counts.push((ConnectionId::from_raw(connection), state, reason, n));
                }
            }
            Ok(counts)
        })
        .await
    }

    /// How many messages meant for each hour from `from_hour` to `to_hour` (hours since 1970,
    /// both included) stand where, by line.
    ///
    /// # Errors
    /// Any failure to read.
    #[allow(clippy::type_complexity, reason = "one row of a table, named in the line above")]
    pub async fn tallies(
        &self,
        from_hour: i64,
        to_hour: i64,
    ) -> Result<Vec<(i64, ConnectionId, MessageState, Option<HoldReason>, i64)>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT hour, connection, shelf, n FROM tally WHERE hour BETWEEN ?1 AND ?2 AND n <> 0",
            )?;
            let rows = statement.query_map(params![from_hour, to_hour], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            let mut tallies = Vec::new();
            for row in rows {
                let (hour, connection, shelf, n): (i64, i64, i64, i64) = row?;
                if let Some((state, reason)) = unshelf(shelf) {
                    tallies.push((hour, ConnectionId::from_raw(connection), state, reason, n));
                }
            }
            Ok(tallies)
        })
        .await
    }

    /// Of a line's waiting messages, when the oldest was accepted and when the first stops being
    /// useful (Unix ms).
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn waiting_span(
        &self,
        connection: ConnectionId,
    ) -> Result<(Option<i64>, Option<i64>)> {
        self.read(move |db| {
            let mut oldest: Option<i64> = None;
            let mut statement = db.prepare_cached(
                "SELECT created_at FROM message INDEXED BY message_shelf
                 WHERE connection = ?1 AND state = ?2 ORDER BY id LIMIT 1",
            )?;
            for state in [MessageState::Queued, MessageState::Held] {
                let at: Option<i64> = statement
                    .query_row(params![connection.raw(), state.code()], |row| row.get(0))
                    .optional()?;
                oldest = match (oldest, at) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
            let first = db
                .prepare_cached(
                    "SELECT useful_until FROM message INDEXED BY message_useful
                     WHERE connection = ?1 AND state IN (0, 6) ORDER BY useful_until LIMIT 1",
                )?
                .query_row([connection.raw()], |row| row.get(0))
                .optional()?;
            Ok((oldest, first))
        })
        .await
    }

    /// What counts are kept under, for tests that prove counters against a real count.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn counters_agree(&self) -> Result<bool> {
        self.read(|db| {
            let mut real: std::collections::BTreeMap<(i64, i64), i64> = Default::default();
            let mut statement = db.prepare("SELECT connection, state, reason FROM message")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let state = super::row::word(row, 1, MessageState::from_code)?;
                let reason = row.get::<_, Option<i64>>(2)?.and_then(HoldReason::from_code);
                *real.entry((row.get(0)?, shelf(state, reason))).or_default() += 1;
            }
            let kept: std::collections::BTreeMap<(i64, i64), i64> = db
                .prepare("SELECT connection, shelf, n FROM counter WHERE n <> 0")?
                .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(real == kept)
        })
        .await
    }
}

fn attempts(db: &rusqlite::Connection, id: MessageId) -> Result<Vec<AttemptRow>> {
    let mut statement = db.prepare_cached(
        "SELECT n, connection, intent_at, ended_at, outcome, failure, provider_id, http
         FROM attempt WHERE message = ?1 ORDER BY n",
    )?;
    let mut rows = statement.query([id.raw()])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let failure: Option<i64> = row.get(5)?;
        list.push(AttemptRow {
            message: id,
            n: row.get(0)?,
            connection: ConnectionId::from_raw(row.get(1)?),
            intent_at: row.get(2)?,
            ended_at: row.get(3)?,
            outcome: row.get(4)?,
            failure: match failure {
                Some(failure) => failures::read(db, failure)?,
                None => None,
            },
            provider_id: row.get(6)?,
            http: row.get(7)?,
        });
    }
    Ok(list)
}

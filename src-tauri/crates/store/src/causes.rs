//! Causes: what is failing, how often and since when; kept as counters, never grouped at a glance.

use rusqlite::{OptionalExtension, params};
use signalbox_domain::{ConnectionId, Failure, MessageState};

use crate::error::Result;
use crate::failures;
use crate::outbox::word;
use crate::store::Store;

/// Whether messages in this state are grouped by what they failed of: failed, dismissed, unknown.
pub(crate) const fn has_cause(state: MessageState) -> bool {
    matches!(state, MessageState::Unknown | MessageState::NeedsAttention | MessageState::Dismissed)
}

/// One cause: a line, a failure and how many messages wait for a person because of it.
#[derive(Debug, Clone)]
pub struct CauseRow {
    /// Which line.
    pub connection: ConnectionId,
    /// The failure's number, part of the cause's key.
    pub failure_id: i64,
    /// What it is.
    pub failure: Failure,
    /// `needs_attention` or `unknown`.
    pub state: MessageState,
    /// How many messages.
    pub count: i64,
    /// When the first of these failed (Unix ms).
    pub first_at: i64,
    /// When the last of these failed (Unix ms).
    pub last_at: i64,
}

impl Store {
    /// Every open cause with at least one message, the largest first; dismissed ones rest.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn causes(&self) -> Result<Vec<CauseRow>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT connection, failure, state, n, first_at, last_at FROM cause
                 WHERE n > 0 AND state IN (7, 8) ORDER BY n DESC, connection, failure LIMIT 500",
            )?;
            let mut rows = statement.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let failure_id = row.get(1)?;
                let Some(failure) = failures::read(db, failure_id)? else { continue };
                list.push(CauseRow {
                    connection: ConnectionId::from_raw(row.get(0)?),
                    failure_id,
                    failure,
                    state: word(row, 2, MessageState::from_code)?,
                    count: row.get(3)?,
                    first_at: row.get(4)?,
                    last_at: row.get(5)?,
                });
            }
            Ok(list)
        })
        .await
    }

    /// How many messages of a line are in this state because of a failure: the size of one cause.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn cause_size(
        &self,
        connection: ConnectionId,
        failure: i64,
        state: MessageState,
    ) -> Result<i64> {
        self.read(move |db| {
            let n: Option<i64> = db
                .prepare_cached(
                    "SELECT n FROM cause WHERE connection = ?1 AND failure = ?2 AND state = ?3",
                )?
                .query_row(params![connection.raw(), failure, state.code()], |row| row.get(0))
                .optional()?;
            Ok(n.unwrap_or(0))
        })
        .await
    }
}

//! Checks: what each probe of a line found; the strip on the board.

use rusqlite::params;
use signalbox_domain::{CheckOutcome, ConnectionId, Failure};

use crate::error::Result;
use crate::failures;
use crate::outbox::word;
use crate::store::Store;

/// Checks kept per line: the strip shows 60.
const KEPT: i64 = 60;

/// One check. Instants are Unix milliseconds.
#[derive(Debug, Clone)]
pub struct CheckRow {
    /// When.
    pub at: i64,
    /// What was found.
    pub outcome: CheckOutcome,
    /// How long the answer took.
    pub latency_ms: Option<i64>,
    /// What was wrong.
    pub failure: Option<Failure>,
}

impl Store {
    /// Keeps a check, and forgets those that have left the strip.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn keep_check(&self, connection: ConnectionId, check: CheckRow) -> Result<()> {
        self.writer()
            .run(move |tx| {
                let failure = match &check.failure {
                    Some(failure) => Some(tx.failures.number(tx.db, failure)?),
                    None => None,
                };
                tx.db
                    .prepare_cached(
                        "INSERT INTO line_check (connection, at, outcome, latency_ms, failure)
                         VALUES (?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT DO UPDATE SET outcome = excluded.outcome,
                             latency_ms = excluded.latency_ms, failure = excluded.failure",
                    )?
                    .execute(params![
                        connection.raw(),
                        check.at,
                        check.outcome.code(),
                        check.latency_ms,
                        failure
                    ])?;
                tx.db
                    .prepare_cached(
                        "DELETE FROM line_check WHERE connection = ?1 AND at <
                             (SELECT at FROM line_check WHERE connection = ?1
                              ORDER BY at DESC LIMIT 1 OFFSET ?2)",
                    )?
                    .execute(params![connection.raw(), KEPT - 1])?;
                if matches!(check.outcome, CheckOutcome::Answered | CheckOutcome::Slow) {
                    tx.db
                        .prepare_cached("UPDATE connection SET last_good = ?2 WHERE id = ?1")?
                        .execute(params![connection.raw(), check.at])?;
                }
                Ok(())
            })
            .await
    }

    /// The latest checks of a line, oldest first.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn checks(&self, connection: ConnectionId) -> Result<Vec<CheckRow>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT at, outcome, latency_ms, failure FROM line_check
                 WHERE connection = ?1 ORDER BY at DESC LIMIT ?2",
            )?;
            let mut rows = statement.query(params![connection.raw(), KEPT])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let failure: Option<i64> = row.get(3)?;
                list.push(CheckRow {
                    at: row.get(0)?,
                    outcome: word(row, 1, CheckOutcome::from_code)?,
                    latency_ms: row.get(2)?,
                    failure: match failure {
                        Some(id) => failures::read(db, id)?,
                        None => None,
                    },
                });
            }
            list.reverse();
            Ok(list)
        })
        .await
    }
}

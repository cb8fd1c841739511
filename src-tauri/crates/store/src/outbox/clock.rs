//! What is mended in the store after the wall clock was set back.
//!
//! Instants that a person chose (`send_at`, `useful_until`) are left as they are: they were meant
//! as times of day. Instants that only say "soon" were written by the clock that was wrong.

use rusqlite::params;
use signalbox_domain::{ConnectionId, MessageState, Priority, retry};

use crate::error::Result;
use crate::store::Store;
use crate::writer::Tx;

/// The longest wait before a look-up, or before a receipt is tried again.
const LONGEST_LOOK_MS: i64 = 15 * 60_000;
/// The longest wait before an accepted message is asked about again.
const LONGEST_POLL_MS: i64 = 12 * 60 * 60_000;

impl Store {
    /// Makes due what would otherwise wait until the clock is where it once was: messages never
    /// tried, retries and look-ups further away than the longest wait, receipts. Returns how many.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn pull_in(&self, now: i64) -> Result<usize> {
        self.writer().run(move |tx| rein_in(tx, now)).await
    }

    /// Makes every look-up of an unknown outcome due. For a start: the clock may have been set
    /// back while nobody watched, and an early look does no harm. Returns how many.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn look_anew(&self, now: i64) -> Result<usize> {
        self.writer()
            .run(move |tx| {
                let changed = tx
                    .db
                    .prepare_cached(
                        "UPDATE message INDEXED BY message_look SET look_at = ?1
                         WHERE look_at > ?1 AND state = ?2",
                    )?
                    .execute([now, MessageState::Unknown.code()])?;
                Ok(changed)
            })
            .await
    }
}

fn rein_in(tx: &Tx<'_>, now: i64) -> Result<usize> {
    let connections: Vec<ConnectionId> = tx
        .db
        .prepare_cached("SELECT id FROM connection")?
        .query_map([], |row| row.get(0).map(ConnectionId::from_raw))?
        .collect::<rusqlite::Result<_>>()?;
    let mut changed = 0;
    for connection in connections {
        for priority in Priority::ALL {
            changed += tx
                .db
                .prepare_cached(
                    "UPDATE message INDEXED BY message_claim SET due_at = ?3
                     WHERE connection = ?1 AND priority = ?2 AND due_at > ?3 AND state = ?4
                         AND (tries = 0 OR due_at > ?5)",
                )?
                .execute(params![
                    connection.raw(),
                    priority.code(),
                    now,
                    MessageState::Queued.code(),
                    now + retry::LONGEST_WAIT.num_milliseconds(),
                ])?;
        }
    }
    // An accepted message that is polled may rightly wait for hours; an unknown one may not.
    changed += tx
        .db
        .prepare_cached(
            "UPDATE message INDEXED BY message_look SET look_at = ?1
             WHERE look_at > ?1 + ?2 AND (state = ?3 OR look_at > ?1 + ?4)",
        )?
        .execute([now, LONGEST_LOOK_MS, MessageState::Unknown.code(), LONGEST_POLL_MS])?;
    changed += tx
        .db
        .prepare_cached(
            "UPDATE receipt INDEXED BY receipt_due SET look_at = ?1
             WHERE state = 0 AND (look_at > ?1 + ?2 OR (tries = 0 AND look_at > ?1))",
        )?
        .execute([now, LONGEST_LOOK_MS])?;
    Ok(changed)
}

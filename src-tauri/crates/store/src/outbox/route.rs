//! Failover of what waits: messages with a route leave a line in danger for the next one on it.

use rusqlite::params;
use signalbox_domain::{ConnectionId, MessageId, MessageState};

use super::decide::SLICE;
use super::row::{COLUMNS, MessageRow, from_sql, put, with_words};
use crate::error::Result;
use crate::store::Store;
use crate::writer::Tx;

impl Store {
    /// Moves the queued messages of a line that have a route to the first of `usable` on it, slice
    /// by slice. One that may have been taken already stays. Returns the lines that got some.
    ///
    /// # Errors
    /// Any failure of a commit; what was moved before stays moved.
    pub async fn pass_over(
        &self,
        connection: ConnectionId,
        usable: Vec<ConnectionId>,
        now: i64,
    ) -> Result<Vec<ConnectionId>> {
        let (mut after, mut lines) = (MessageId::from_raw(0), Vec::new());
        loop {
            let usable = usable.clone();
            let (seen, moved) =
                self.writer().run(move |tx| pass_over(tx, connection, &usable, after, now)).await?;
            lines.extend(moved);
            match seen {
                Some(last) => after = last,
                None => break,
            }
        }
        lines.sort_unstable();
        lines.dedup();
        Ok(lines)
    }
}

/// One slice. Returns where the next one starts, if there may be one, and the lines that got some.
fn pass_over(
    tx: &mut Tx<'_>,
    connection: ConnectionId,
    usable: &[ConnectionId],
    after: MessageId,
    now: i64,
) -> Result<(Option<MessageId>, Vec<ConnectionId>)> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message m INDEXED BY message_shelf
         WHERE m.connection = ?1 AND m.state = ?2 AND m.id > ?3
             AND m.route IS NOT NULL AND m.look_at IS NULL
         ORDER BY m.id LIMIT ?4"
    );
    let rows: Vec<MessageRow> = tx
        .db
        .prepare_cached(&sql)?
        .query_map(
            params![connection.raw(), MessageState::Queued.code(), after.raw(), SLICE as i64],
            from_sql,
        )?
        .collect::<rusqlite::Result<_>>()?;
    let last = rows.last().filter(|_| rows.len() == SLICE).map(|row| row.id);
    let mut lines = Vec::new();
    for row in rows {
        let before = with_words(tx.db, row)?;
        let Some(at) = before.route.iter().position(|id| usable.contains(id)) else { continue };
        let mut after = before.clone();
        after.connection = before.route[at];
        after.route = before.route[at + 1..].to_vec();
        after.due_at = Some(now);
        after.counted = 0;
        let to = after.connection.to_string();
        put(tx, &before, &mut after, now, Some(("rerouted", Some(&to), "core")))?;
        lines.push(after.connection);
    }
    Ok((last, lines))
}

//! "What changed": the log that a person reads, newest first.

use rusqlite::params;
use signalbox_domain::{ChangeId, ConnectionId, Signal};

use crate::error::Result;
use crate::outbox::word;
use crate::store::Store;
use crate::writer::Tx;

/// Rows kept; a desk of twenty lines writes a few dozen a day.
const KEPT: i64 = 50_000;

/// A change to be written down.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// When (Unix ms).
    pub at: i64,
    /// Which line it is about.
    pub connection: Option<ConnectionId>,
    /// How it looks on the board.
    pub signal: Signal,
    /// What a person reads.
    pub say: String,
    /// More about it.
    pub detail: Option<String>,
    /// Who or what did it.
    pub actor: String,
}

/// A change as written down.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// Which one.
    pub id: ChangeId,
    /// What it says.
    pub change: NewChange,
}

pub(crate) fn write_change(tx: &mut Tx<'_>, change: &NewChange) -> Result<ChangeId> {
    let id = tx.next_id()?;
    tx.db
        .prepare_cached(
            "INSERT INTO change (id, at, connection, signal, say, detail, actor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id,
            change.at,
            change.connection.map(ConnectionId::raw),
            change.signal.code(),
            change.say,
            change.detail,
            change.actor,
        ])?;
    Ok(ChangeId::from_raw(id))
}

impl Store {
    /// Writes a change down.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn write_change(&self, change: NewChange) -> Result<ChangeId> {
        self.writer().run(move |tx| write_change(tx, &change)).await
    }

    /// Changes older than `after`, newest first; of one line, or of all.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn changes(
        &self,
        connection: Option<ConnectionId>,
        after: Option<ChangeId>,
        limit: usize,
    ) -> Result<Vec<ChangeRow>> {
        self.read(move |db| {
            let below = after.map_or(i64::MAX, ChangeId::raw);
            let which = match connection {
                Some(_) => "connection = ?3",
                None => "?3 IS NULL",
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT id, at, connection, signal, say, detail, actor FROM change
                 WHERE id < ?1 AND {which} ORDER BY id DESC LIMIT ?2"
            ))?;
            let rows = statement.query_map(
                params![below, limit as i64, connection.map(ConnectionId::raw)],
                |row| {
                    Ok(ChangeRow {
                        id: ChangeId::from_raw(row.get(0)?),
                        change: NewChange {
                            at: row.get(1)?,
                            connection: row.get::<_, Option<i64>>(2)?.map(ConnectionId::from_raw),
                            signal: word(row, 3, Signal::from_code)?,
                            say: row.get(4)?,
                            detail: row.get(5)?,
                            actor: row.get(6)?,
                        },
                    })
                },
            )?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Forgets all but the newest changes.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn trim_changes(&self) -> Result<()> {
        self.writer()
            .run(|tx| {
                tx.db.execute(
                    "DELETE FROM change WHERE id <= (SELECT id FROM change ORDER BY id DESC LIMIT 1 OFFSET ?1)",
                    [KEPT],
                )?;
                Ok(())
            })
            .await
    }
}

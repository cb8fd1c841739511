//! What gates a claim and must survive a restart.

use rusqlite::{OptionalExtension, params};
use signalbox_domain::{Breaker, ConnectionId};

use crate::error::Result;
use crate::store::Store;
use crate::writer::Tx;

/// A line's gate, as kept. The pace (`booked_until`) is not in it: only the claim moves that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow {
    /// Which line.
    pub connection: ConnectionId,
    /// The provider asked us to wait until then (Unix ms).
    pub cool_until: Option<i64>,
    /// Rate refusals in a row.
    pub refusals: u32,
    /// The breaker.
    pub breaker: Breaker,
}

impl GateRow {
    /// A gate that stands open.
    #[must_use]
    pub fn open(connection: ConnectionId) -> Self {
        Self { connection, cool_until: None, refusals: 0, breaker: Breaker::default() }
    }
}

pub(crate) fn keep_gate(tx: &mut Tx<'_>, gate: &GateRow) -> Result<()> {
    let breaker = match gate.breaker.is_pristine() {
        true => None,
        false => serde_json::to_string(&gate.breaker).ok(),
    };
    tx.db
        .prepare_cached(
            "INSERT INTO gate (connection, cool_until, refusals, breaker) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET cool_until = excluded.cool_until,
                 refusals = excluded.refusals, breaker = excluded.breaker",
        )?
        .execute(params![gate.connection.raw(), gate.cool_until, gate.refusals, breaker])?;
    Ok(())
}

impl Store {
    /// A line's gate as it was kept.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn gate(&self, connection: ConnectionId) -> Result<GateRow> {
        self.read(move |db| {
            let kept = db
                .prepare_cached(
                    "SELECT cool_until, refusals, breaker FROM gate WHERE connection = ?1",
                )?
                .query_row([connection.raw()], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?))
                })
                .optional()?;
            let Some((cool_until, refusals, breaker)) = kept else {
                return Ok(GateRow::open(connection));
            };
            // A breaker this version cannot read starts closed: it opens again by itself.
            let breaker =
                breaker.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            Ok(GateRow { connection, cool_until, refusals, breaker })
        })
        .await
    }

    /// Keeps a line's gate outside of an attempt's end (after a probe, or a restart).
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn keep_gate(&self, gate: GateRow) -> Result<()> {
        self.writer().run(move |tx| keep_gate(tx, &gate)).await
    }
}

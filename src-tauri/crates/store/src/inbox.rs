//! Receipts: authenticated events, committed raw before they are answered, then worked off.
//!
//! What cannot be processed goes to the dead-letter list; nothing is dropped.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params};
use signalbox_domain::{Channel, ConnectionId, MessageId, ReceiptId};

use crate::consents::hear;
use crate::error::{Result, StoreError};
use crate::outbox::{Applied, StatusReport, apply, find};
use crate::store::Store;
use crate::writer::Tx;

/// Where a receipt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptState {
    /// Committed, not worked off yet.
    Pending,
    /// Worked off.
    Processed,
    /// It could not be; visible and replayable.
    Dead,
}

impl ReceiptState {
    const fn code(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Processed => 1,
            Self::Dead => 2,
        }
    }

    const fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Pending),
            1 => Some(Self::Processed),
            2 => Some(Self::Dead),
            _ => None,
        }
    }
}

/// An authentic receipt to be kept.
#[derive(Debug, Clone)]
pub struct NewReceipt {
    /// Whose secret verified it.
    pub connection: ConnectionId,
    /// Key of the provider.
    pub provider: String,
    /// The same for every repetition; unique per connection.
    pub event_id: String,
    /// The provider's word for it.
    pub kind: String,
    /// The raw request.
    pub body: ReceiptBody,
    /// Now (Unix ms).
    pub received_at: i64,
}

/// A receipt's raw request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptBody {
    /// Public address, path and query as they were signed.
    pub url: String,
    /// Headers, lower-case names.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

/// Whether a receipt was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Took {
    /// It is committed.
    New(ReceiptId),
    /// It came before.
    Repeated,
}

/// A receipt as kept, without its raw request. Instants are Unix milliseconds.
#[derive(Debug, Clone)]
pub struct ReceiptRow {
    /// Which one.
    pub id: ReceiptId,
    /// Whose secret verified it.
    pub connection: ConnectionId,
    /// Key of the provider.
    pub provider: String,
    /// Its own id.
    pub event_id: String,
    /// The provider's word for it.
    pub kind: String,
    /// Where it stands.
    pub state: ReceiptState,
    /// The message it was about.
    pub message: Option<MessageId>,
    /// Why it could not be processed.
    pub error: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// When it came.
    pub received_at: i64,
}

/// What a receipt turned out to mean.
#[derive(Debug, Clone)]
pub enum Consequence {
    /// A status of the message the provider means.
    Status {
        /// What it says.
        report: StatusReport,
        /// The message our token names, when the provider gave it back.
        hint: Option<MessageId>,
    },
    /// Somebody wrote to us.
    Inbound {
        /// Who.
        sender: String,
        /// To which address of ours.
        recipient: String,
        /// What.
        body: String,
    },
    /// Somebody opted out, or in again.
    Consent {
        /// By which channel.
        channel: Channel,
        /// Whose address.
        address: String,
        /// What they want.
        allowed: bool,
        /// What said so.
        source: String,
    },
}

/// Codes and texts a receipt ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    Processed,
    Later(i64),
    Dead(String),
}

impl Store {
    /// Commits a receipt, once. Only then may it be answered with 200.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the writer is behind: answered with 503, the provider repeats it.
    pub async fn take_receipt(&self, receipt: NewReceipt) -> Result<Took> {
        self.writer()
            .offer_repeatable(move |tx| {
                let id = tx.next_id()?;
                let headers = serde_json::to_string(&receipt.body.headers)
                    .map_err(|error| StoreError::Io(error.to_string()))?;
                let added = tx
                    .db
                    .prepare_cached(
                        "INSERT INTO receipt (id, connection, provider, event_id, kind, state, look_at,
                             url, headers, body, received_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?9, ?6, ?7, ?8, ?9)
                         ON CONFLICT (connection, event_id) DO NOTHING",
                    )?
                    .execute(params![
                        id,
                        receipt.connection.raw(),
                        receipt.provider,
                        receipt.event_id,
                        receipt.kind,
                        receipt.body.url,
                        headers,
                        receipt.body.body,
                        receipt.received_at,
                    ])?;
                if added == 0 {
                    return Ok(Took::Repeated);
                }
                tx.db
                    .prepare_cached("UPDATE connection SET last_receipt = ?2 WHERE id = ?1")?
                    .execute(params![receipt.connection.raw(), receipt.received_at])?;
                Ok(Took::New(ReceiptId::from_raw(id)))
            })
            .await
    }

    /// Counts a delivery that was turned away for its signature, on a day of the business's calendar.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn count_refused_receipt(
        &self,
        connection: ConnectionId,
        day: NaiveDate,
    ) -> Result<()> {
        self.writer()
            .run(move |tx| {
                tx.db
                    .prepare_cached(
                        "UPDATE connection SET refused_on = ?2, refused_receipts =
                             CASE WHEN refused_on IS ?2 THEN refused_receipts + 1 ELSE 1 END
                         WHERE id = ?1",
                    )?
                    .execute(params![connection.raw(), day.to_string()])?;
                Ok(())
            })
            .await
    }

    /// Pending receipts that are due, oldest first, with their raw requests; and when the next
    /// one is due.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn pending_receipts(
        &self,
        now: i64,
        limit: usize,
    ) -> Result<(Vec<(ReceiptRow, ReceiptBody)>, Option<i64>)> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS}, url, headers, body, look_at FROM receipt INDEXED BY receipt_due
                 WHERE state = 0 ORDER BY look_at, id LIMIT ?1"
            ))?;
            let mut rows = statement.query([limit as i64 + 1])?;
            let mut due = Vec::new();
            while let Some(row) = rows.next()? {
                let look_at: i64 = row.get::<_, Option<i64>>(13)?.unwrap_or(0);
                if look_at > now || due.len() == limit {
                    return Ok((due, Some(look_at)));
                }
                due.push((receipt(row)?, raw(row, 10)?));
            }
            Ok((due, None))
        })
        .await
    }

    /// Applies what a receipt means and marks it, in one commit. A status of a message that is
    /// not known (yet) is tried again at `retry_at`, or counts as another program's (`None`).
    /// Inbound messages and consents count the first time only: a later try of the same receipt
    /// must not undo what the person has said since.
    ///
    /// # Errors
    /// Any failure of the commit; the receipt stays pending.
    pub async fn work_off(
        &self,
        id: ReceiptId,
        connection: ConnectionId,
        consequences: Vec<Consequence>,
        retry_at: Option<i64>,
        now: i64,
    ) -> Result<Vec<Applied>> {
        self.writer()
            .run_repeatable(move |tx| {
                let mut applied = Vec::new();
                let mut end = End::Processed;
                let repeated: bool = tx
                    .db
                    .prepare_cached("SELECT applied FROM receipt WHERE id = ?1")?
                    .query_row([id.raw()], |row| row.get(0))?;
                for consequence in &consequences {
                    match consequence {
                        Consequence::Status { report, hint } => {
                            match find(tx, connection, &report.provider_id, *hint)? {
                                Some(message) => applied.push(apply(tx, message, report)?),
                                None => end = retry_at.map_or(End::Processed, End::Later),
                            }
                        }
                        _ if repeated => {}
                        Consequence::Inbound { sender, recipient, body } => {
                            let row = tx.next_id()?;
                            tx.db.execute(
                                "INSERT INTO inbound (id, connection, sender, recipient, body, at)
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                params![row, connection.raw(), sender, recipient, body, now],
                            )?;
                        }
                        Consequence::Consent { channel, address, allowed, source } => {
                            hear(tx, connection, *channel, address, *allowed, source, now)?;
                        }
                    }
                }
                tx.db
                    .prepare_cached("UPDATE receipt SET applied = 1 WHERE id = ?1")?
                    .execute([id.raw()])?;
                mark(tx, id, &end, applied.first().map(|applied| applied.message))?;
                Ok(applied)
            })
            .await
    }

    /// Puts a receipt on the dead-letter list.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn bury_receipt(&self, id: ReceiptId, why: String) -> Result<()> {
        self.writer().run(move |tx| mark(tx, id, &End::Dead(why), None)).await
    }

    /// Makes dead receipts pending again: those named, or all of them, 10,000 at a time.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn replay_receipts(
        &self,
        ids: Option<Vec<ReceiptId>>,
        now: i64,
    ) -> Result<Vec<ReceiptId>> {
        self.writer()
            .run(move |tx| {
                let chosen = match ids {
                    Some(ids) => ids,
                    None => tx
                        .db
                        .prepare_cached("SELECT id FROM receipt INDEXED BY receipt_state WHERE state = 2 LIMIT 10000")?
                        .query_map([], |row| row.get(0).map(ReceiptId::from_raw))?
                        .collect::<rusqlite::Result<_>>()?,
                };
                let mut replayed = Vec::with_capacity(chosen.len());
                for id in chosen {
                    let changed = tx
                        .db
                        .prepare_cached("UPDATE receipt SET state = 0, look_at = ?2, error = NULL WHERE id = ?1 AND state = 2")?
                        .execute(params![id.raw(), now])?;
                    if changed > 0 {
                        replayed.push(id);
                    }
                }
                Ok(replayed)
            })
            .await
    }

    /// Receipts in a state (or all), newest first, older than `after`.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn receipts(
        &self,
        state: Option<ReceiptState>,
        after: Option<ReceiptId>,
        limit: usize,
    ) -> Result<Vec<ReceiptRow>> {
        self.read(move |db| {
            let which = match state {
                Some(_) => "INDEXED BY receipt_state WHERE state = ?3 AND",
                None => "WHERE ?3 IS NULL AND",
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM receipt {which} id < ?1 ORDER BY id DESC LIMIT ?2"
            ))?;
            let mut rows = statement.query(params![
                after.map_or(i64::MAX, ReceiptId::raw),
                limit as i64,
                state.map(ReceiptState::code)
            ])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(receipt(row)?);
            }
            Ok(list)
        })
        .await
    }
}

const COLUMNS: &str =
    "id, connection, provider, event_id, kind, state, message, error, tries, received_at";

fn receipt(row: &Row<'_>) -> Result<ReceiptRow> {
    Ok(ReceiptRow {
        id: ReceiptId::from_raw(row.get(0)?),
        connection: ConnectionId::from_raw(row.get(1)?),
        provider: row.get(2)?,
        event_id: row.get(3)?,
        kind: row.get(4)?,
        state: crate::outbox::word(row, 5, ReceiptState::from_code)?,
        message: row.get::<_, Option<i64>>(6)?.map(MessageId::from_raw),
        error: row.get(7)?,
        tries: row.get(8)?,
        received_at: row.get(9)?,
    })
}

fn raw(row: &Row<'_>, first: usize) -> Result<ReceiptBody> {
    let headers: String = row.get(first + 1)?;
    Ok(ReceiptBody {
        url: row.get(first)?,
        headers: serde_json::from_str(&headers)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?,
        body: row.get(first + 2)?,
    })
}

fn mark(tx: &Tx<'_>, id: ReceiptId, end: &End, message: Option<MessageId>) -> Result<()> {
    let (state, look_at, error) = match end {
        End::Processed => (ReceiptState::Processed, None, None),
        End::Later(at) => (ReceiptState::Pending, Some(*at), None),
        End::Dead(why) => (ReceiptState::Dead, None, Some(why)),
    };
    let known: Option<i64> = tx
        .db
        .prepare_cached(
            "UPDATE receipt SET state = ?2, look_at = ?3, error = ?4, message = COALESCE(?5, message),
                 tries = tries + 1 WHERE id = ?1 RETURNING id",
        )?
        .query_row(
            params![id.raw(), state.code(), look_at, error, message.map(MessageId::raw)],
            |row| row.get(0),
        )
        .optional()?;
    known.map(drop).ok_or(StoreError::NotFound)
}

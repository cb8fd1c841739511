//! Batches: many messages sent together, and the rows that could not be.

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_domain::{BatchId, HoldReason, MessageState};

use crate::counters::unshelf;
use crate::error::{Result, StoreError};
use crate::outbox::{Enqueued, MessageRow, NewMessage};
use crate::store::Store;

/// A batch to be made.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// What people call it.
    pub name: String,
    /// Rows it was made from, good and bad.
    pub total: i64,
    /// The rows that were refused, as JSON.
    pub bad: String,
    /// The caller's key, so that asking twice sends once.
    pub key: Option<BatchKey>,
    /// Now (Unix ms).
    pub at: i64,
}

/// What the caller calls a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchKey {
    /// The caller's key; at most 256 characters.
    pub key: String,
    /// Digest of everything that was asked for.
    pub content: [u8; 16],
}

/// A batch as kept. Instants are Unix milliseconds.
#[derive(Debug, Clone)]
pub struct BatchRow {
    /// Which batch.
    pub id: BatchId,
    /// What people call it.
    pub name: String,
    /// Rows it was made from, good and bad.
    pub total: i64,
    /// The rows that were refused, as JSON.
    pub bad: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was cancelled.
    pub cancelled_at: Option<i64>,
    /// Where its messages stand.
    pub counts: Vec<(MessageState, Option<HoldReason>, i64)>,
}

impl Store {
    /// Makes a batch and accepts its messages, all in one commit: after a crash there is either
    /// the whole batch or none of it. Returns the batch and whether it is new.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] for a known key with other content; [`StoreError::Busy`],
    /// [`StoreError::DiskFull`]; any failure of the commit.
    pub async fn add_batch(
        &self,
        new: NewBatch,
        messages: Vec<NewMessage>,
    ) -> Result<(BatchId, bool, Vec<Enqueued>)> {
        self.require_space()?;
        self.writer()
            .offer(move |tx| {
                if let Some(key) = &new.key
                    && let Some(id) = known(tx.db, key)?
                {
                    return Ok((id, false, Vec::new()));
                }
                let id = BatchId::from_raw(tx.next_id()?);
                tx.db.execute(
                    "INSERT INTO batch (id, name, total, bad, created_at, key, content)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    params![
                        id.raw(),
                        new.name,
                        new.total,
                        new.bad,
                        new.at,
                        new.key.as_ref().map(|key| &key.key),
                        new.key.as_ref().map(|key| &key.content),
                    ],
                )?;
                let mut enqueued = Vec::with_capacity(messages.len());
                for mut message in messages {
                    message.batch = Some(id);
                    enqueued.push(crate::outbox::enqueue(tx, &message)?);
                }
                Ok((id, true, enqueued))
            })
            .await
    }

    /// The batch that was made under this key, if there is one.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] when it was made of something else; any failure to read.
    pub async fn batch_of_key(&self, key: BatchKey) -> Result<Option<BatchId>> {
        self.read(move |db| known(db, &key)).await
    }

    /// One batch.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure to read.
    pub async fn batch(&self, id: BatchId) -> Result<BatchRow> {
        self.read(move |db| read(db, "WHERE id = ?1", id.raw())?.pop().ok_or(StoreError::NotFound))
            .await
    }

    /// The latest batches, newest first.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn batches(&self, limit: usize) -> Result<Vec<BatchRow>> {
        self.read(move |db| read(db, "ORDER BY id DESC LIMIT ?1", limit as i64)).await
    }

    /// Marks a batch as cancelled. From here on nothing of it is claimed or tried again by itself;
    /// what waits is cancelled by the caller, slice by slice.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; any failure of the commit.
    pub async fn cancel_batch(&self, id: BatchId, at: i64) -> Result<()> {
        self.writer()
            .run(move |tx| {
                let changed = tx.db.execute(
                    "UPDATE batch SET cancelled_at = COALESCE(cancelled_at, ?2) WHERE id = ?1",
                    params![id.raw(), at],
                )?;
                if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
            })
            .await
    }
}

/// Whether a message's batch was taken back, so that nothing sends it again by itself. What a person
/// has decided about the message since then counts more.
pub(crate) fn is_taken_back(db: &Connection, row: &MessageRow) -> Result<bool> {
    let Some(batch) = row.batch else { return Ok(false) };
    let cancelled_at: Option<i64> = db
        .prepare_cached("SELECT cancelled_at FROM batch WHERE id = ?1")?
        .query_row([batch.raw()], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(at) = cancelled_at else { return Ok(false) };
    let again = db
        .prepare_cached(
            "SELECT 1 FROM timeline WHERE message = ?1 AND what = 'retried' AND at >= ?2",
        )?
        .exists(params![row.id.raw(), at])?;
    Ok(!again)
}

fn known(db: &Connection, key: &BatchKey) -> Result<Option<BatchId>> {
    let known: Option<(i64, Option<Vec<u8>>)> = db
        .prepare_cached("SELECT id, content FROM batch WHERE key = ?1")?
        .query_row([&key.key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match known {
        Some((id, Some(content))) if content == key.content => Ok(Some(BatchId::from_raw(id))),
        Some(_) => Err(StoreError::KeyReused),
        None => Ok(None),
    }
}

fn read(db: &Connection, tail: &str, value: i64) -> Result<Vec<BatchRow>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT id, name, total, bad, created_at, cancelled_at FROM batch {tail}"
    ))?;
    let mut rows = statement.query([value])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let mut statement =
            db.prepare_cached("SELECT shelf, n FROM batch_counter WHERE batch = ?1 AND n <> 0")?;
        let counts: Vec<(i64, i64)> = statement
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        list.push(BatchRow {
            id: BatchId::from_raw(id),
            name: row.get(1)?,
            total: row.get(2)?,
            bad: row.get(3)?,
            created_at: row.get(4)?,
            cancelled_at: row.get(5)?,
            counts: counts
                .into_iter()
                .filter_map(|(shelf, n)| unshelf(shelf).map(|(state, reason)| (state, reason, n)))
                .collect(),
        });
    }
    Ok(list)
}

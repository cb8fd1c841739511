//! A message is accepted: the commit that lets a door answer "accepted".

use rusqlite::{Connection, OptionalExtension, params};
use signalbox_domain::{
    BatchId, Channel, ConnectionId, HoldReason, MessageId, MessageState, Priority,
};

use super::row::is_removed;
use crate::consents::is_suppressed;
use crate::counters::Place;
use crate::error::{Result, StoreError};
use crate::store::Store;
use crate::writer::Tx;

/// Milliseconds of the chart's bar.
const HOUR_MS: i64 = 3_600_000;

/// What the caller calls the message, so that asking twice sends once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The caller's key; at most 256 characters.
    pub key: String,
    /// SHA-256 of everything that was asked for.
    pub content: [u8; 32],
}

/// A message to be accepted; everything in it is checked and normalised already.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The line it is to leave by.
    pub connection: ConnectionId,
    /// Lines to try after it.
    pub route: Vec<ConnectionId>,
    /// How it travels.
    pub channel: Channel,
    /// E.164 number or mail address.
    pub recipient: String,
    /// The recipient's name.
    pub name: Option<String>,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// The text, fields filled in.
    pub body: String,
    /// Its place in the queue of its line.
    pub priority: Priority,
    /// What it costs of the sender's pace.
    pub units: i64,
    /// The batch it belongs to.
    pub batch: Option<BatchId>,
    /// Not before (Unix ms).
    pub send_at: Option<i64>,
    /// Not after (Unix ms).
    pub useful_until: i64,
    /// Now (Unix ms).
    pub created_at: i64,
    /// Which door.
    pub actor: String,
    /// The caller's key.
    pub idempotency: Option<IdempotencyKey>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It is committed.
    Accepted(MessageId),
    /// The same key and content were accepted before, as this message.
    Already(MessageId),
    /// The recipient does not want this channel; nothing was written.
    OptedOut,
}

impl Store {
    /// The message that was accepted under a key, if any was.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] for other content; any failure to read.
    pub async fn known(&self, key: IdempotencyKey) -> Result<Option<MessageId>> {
        self.read(move |db| known(db, &key)).await
    }

    /// Accepts messages, all in one commit. Says [`StoreError::Busy`] instead of waiting when the
    /// writer is behind, and [`StoreError::DiskFull`] below the free-space floor.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] for a known key with other content, [`StoreError::Conflict`] when
    /// the line was removed; then nothing is written.
    pub async fn enqueue(&self, messages: Vec<NewMessage>) -> Result<Vec<Enqueued>> {
        self.require_space()?;
        self.writer()
            .offer_repeatable(move |tx| {
                messages.iter().map(|message| enqueue(tx, message)).collect()
            })
            .await
    }
}

pub(crate) fn enqueue(tx: &mut Tx<'_>, new: &NewMessage) -> Result<Enqueued> {
    if let Some(key) = &new.idempotency
        && let Some(known) = known(tx.db, key)?
    {
        return Ok(Enqueued::Already(known));
    }
    if is_suppressed(tx.db, new.channel, &new.recipient)? {
        return Ok(Enqueued::OptedOut);
    }
    if is_removed(tx, new.connection)? {
        return Err(StoreError::Conflict("Its line was removed meanwhile".into()));
    }
    let id = MessageId::from_raw(tx.next_id()?);
    let later = new.send_at.filter(|at| *at > new.created_at);
    let (state, reason) = match later {
        Some(_) => (MessageState::Held, Some(HoldReason::Scheduled)),
        None => (MessageState::Queued, None),
    };
    let hour = new.send_at.unwrap_or(new.created_at).div_euclid(HOUR_MS);
    let route = match new.route.is_empty() {
        true => None,
        false => serde_json::to_string(&new.route).ok(),
    };
    tx.db
        .prepare_cached(
            "INSERT INTO message (id, connection, channel, state, reason, due_at, priority, hour,
                 units, recipient, name, batch, route, send_at, useful_until, created_at,
                 updated_at, actor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16, ?17)",
        )?
        .execute(params![
            id.raw(),
            new.connection.raw(),
            new.channel.code(),
            state.code(),
            reason.map(HoldReason::code),
            later.unwrap_or(new.created_at),
            new.priority.code(),
            hour,
            new.units.max(1),
            new.recipient,
            new.name,
            new.batch.map(BatchId::raw),
            route,
            new.send_at,
            new.useful_until,
            new.created_at,
            new.actor,
        ])?;
    tx.db
        .prepare_cached("INSERT INTO content (message, subject, body) VALUES (?1, ?2, ?3)")?
        .execute(params![id.raw(), new.subject, new.body])?;
    if let Some(key) = &new.idempotency {
        tx.db
            .prepare_cached(
                "INSERT INTO idempotency (key, message, content, created_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![key.key, id.raw(), key.content, new.created_at])?;
    }
    let place = Place {
        connection: new.connection.raw(),
        hour,
        state,
        reason,
        failure: None,
        batch: new.batch.map(BatchId::raw),
    };
    // The search index finds new messages by their id; only changed ones are marked for it.
    tx.deltas.moved(None, place, new.created_at);
    Ok(Enqueued::Accepted(id))
}

fn known(db: &Connection, key: &IdempotencyKey) -> Result<Option<MessageId>> {
    let found: Option<(i64, [u8; 32])> = db
        .prepare_cached("SELECT message, content FROM idempotency WHERE key = ?1")?
        .query_row([&key.key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        None => Ok(None),
        Some((message, content)) if content == key.content => {
            Ok(Some(MessageId::from_raw(message)))
        }
        Some(_) => Err(StoreError::KeyReused),
    }
}

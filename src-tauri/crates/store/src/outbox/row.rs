//! One message as stored, and the single way to change where it stands.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params};
use signalbox_domain::{
    BatchId, Channel, ConnectionId, Failure, FailureClass, HoldReason, MessageId, MessageState,
    Priority,
};

use crate::causes::has_cause;
use crate::counters::Place;
use crate::error::{Result, StoreError};
use crate::failures;
use crate::writer::Tx;

/// One message, without its text. Instants are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Which message.
    pub id: MessageId,
    /// The line it leaves, or left, by.
    pub connection: ConnectionId,
    /// How it travels.
    pub channel: Channel,
    /// Where it stands.
    pub state: MessageState,
    /// Why it is held.
    pub reason: Option<HoldReason>,
    /// From when on it may be claimed.
    pub due_at: Option<i64>,
    /// When an unknown outcome is looked up next, or an accepted message asked about. Of a waiting
    /// message: an earlier try may have been taken, and only until then is it certain that the
    /// same key cannot send it twice.
    pub look_at: Option<i64>,
    /// Look-ups that missed.
    pub looks: u32,
    /// Its place in the queue of its line.
    pub priority: Priority,
    /// What it costs of the sender's pace.
    pub units: i64,
    /// E.164 number or mail address.
    pub recipient: String,
    /// The recipient's name, when the sender gave one.
    pub name: Option<String>,
    /// How often a person sent it again.
    pub round: u32,
    /// Attempts in all.
    pub tries: u32,
    /// Attempts that count for the retry schedule.
    pub counted: u32,
    /// First intent of this round.
    pub tried_at: Option<i64>,
    /// Rank of the greatest receipt of this round.
    pub rank: i64,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// Why it did not work last time.
    pub failure: Option<Failure>,
    /// The batch it belongs to.
    pub batch: Option<BatchId>,
    /// Lines still to try after this one.
    pub route: Vec<ConnectionId>,
    /// Not before.
    pub send_at: Option<i64>,
    /// Not after.
    pub useful_until: i64,
    /// When it was accepted.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// Who sent it.
    pub actor: String,
    pub(crate) hour: i64,
    pub(crate) failure_id: Option<i64>,
}

pub(crate) const COLUMNS: &str = "m.id, m.connection, m.channel, m.state, m.reason, m.due_at, \
    m.look_at, m.looks, m.priority, m.units, m.recipient, m.name, m.round, m.tries, m.counted, \
    m.tried_at, m.rank, m.provider_id, m.failure, m.batch, m.route, m.send_at, m.useful_until, \
    m.created_at, m.updated_at, m.actor, m.hour";

impl MessageRow {
    /// The failure that groups it with others: of failed, dismissed and unknown messages.
    #[must_use]
    pub fn cause(&self) -> Option<i64> {
        self.failure_id.filter(|_| has_cause(self.state))
    }

    pub(crate) fn place(&self) -> Place {
        Place {
            connection: self.connection.raw(),
            hour: self.hour,
            state: self.state,
            reason: self.reason,
            failure: self.failure_id,
            batch: self.batch.map(BatchId::raw),
        }
    }
}

/// Reads a row selected with [`COLUMNS`]; the failure's words are filled in by [`with_words`].
pub(crate) fn from_sql(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let route: Option<String> = row.get(20)?;
    Ok(MessageRow {
        id: MessageId::from_raw(row.get(0)?),
        connection: ConnectionId::from_raw(row.get(1)?),
        channel: word(row, 2, Channel::from_code)?,
        state: word(row, 3, MessageState::from_code)?,
        reason: row.get::<_, Option<i64>>(4)?.and_then(HoldReason::from_code),
        due_at: row.get(5)?,
        look_at: row.get(6)?,
        looks: row.get(7)?,
        priority: word(row, 8, Priority::from_code)?,
        units: row.get(9)?,
        recipient: row.get(10)?,
        name: row.get(11)?,
        round: row.get(12)?,
        tries: row.get(13)?,
        counted: row.get(14)?,
        tried_at: row.get(15)?,
        rank: row.get(16)?,
        provider_id: row.get(17)?,
        failure_id: row.get(18)?,
        failure: None,
        batch: row.get::<_, Option<i64>>(19)?.map(BatchId::from_raw),
        route: route.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        send_at: row.get(21)?,
        useful_until: row.get(22)?,
        created_at: row.get(23)?,
        updated_at: row.get(24)?,
        actor: row.get(25)?,
        hour: row.get(26)?,
    })
}

pub(crate) fn word<T>(
    row: &Row<'_>,
    index: usize,
    from_code: impl Fn(i64) -> Option<T>,
) -> rusqlite::Result<T> {
    let code: i64 = row.get(index)?;
    from_code(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(index, code))
}

pub(crate) fn with_words(db: &rusqlite::Connection, mut row: MessageRow) -> Result<MessageRow> {
    if let Some(id) = row.failure_id {
        row.failure = failures::read(db, id)?;
    }
    Ok(row)
}

/// The row of a message inside a transaction.
pub(crate) fn load(tx: &Tx<'_>, id: MessageId) -> Result<MessageRow> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {COLUMNS} FROM message m WHERE m.id = ?1"));
    let row = tx.db.prepare_cached(&SQL)?.query_row([id.raw()], from_sql).optional()?;
    with_words(tx.db, row.ok_or(StoreError::NotFound)?)
}

/// Writes `after` over `before`, moves the counters and notes the step. The one general way; the
/// hot steps (claim, finish) have their own narrower statements.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    before: &MessageRow,
    after: &mut MessageRow,
    at: i64,
    step: Option<(&str, Option<&str>, &str)>,
) -> Result<()> {
    let stranded = is_waiting(after.state) && is_removed(tx, after.connection)?;
    if stranded {
        strand(after);
    }
    after.updated_at = at;
    after.failure_id = match &after.failure {
        Some(failure) => Some(tx.failures.number(tx.db, failure)?),
        None => None,
    };
    let watch = match after.state {
        MessageState::Sending | MessageState::Unknown if after.reason.is_none() => tx
            .db
            .prepare_cached("SELECT watch FROM message WHERE id = ?1")?
            .query_row([after.id.raw()], |row| row.get::<_, Option<String>>(0))?,
        _ => None,
    };
    let route = match after.route.is_empty() {
        true => None,
        false => serde_json::to_string(&after.route).ok(),
    };
    tx.db
        .prepare_cached(
            "UPDATE message SET connection = ?2, state = ?3, reason = ?4, due_at = ?5,
                 look_at = ?6, looks = ?7, watch = ?8, round = ?9, counted = ?10, tried_at = ?11,
                 rank = ?12, provider_id = ?13, failure = ?14, route = ?15, useful_until = ?16,
                 updated_at = ?17
             WHERE id = ?1",
        )?
        .execute(params![
            after.id.raw(),
            after.connection.raw(),
            after.state.code(),
            after.reason.map(HoldReason::code),
            after.due_at,
            after.look_at,
            after.looks,
            watch,
            after.round,
            after.counted,
            after.tried_at,
            after.rank,
            after.provider_id,
            after.failure_id,
            route,
            after.useful_until,
            at,
        ])?;
    if before.place() != after.place() {
        tx.deltas.moved(Some(before.place()), after.place(), at);
    }
    if before.failure_id != after.failure_id {
        mark_for_search(tx, after.id)?;
    }
    if let Some(old) = &before.provider_id
        && after.provider_id.as_ref() != Some(old)
    {
        spend_id(tx, after.id, old)?;
    }
    if let Some((what, detail, actor)) = step {
        note(tx, after.id, at, what, detail, actor)?;
    }
    if stranded {
        note(tx, after.id, at, after.state.word(), Some("its line was removed"), "core")?;
    }
    Ok(())
}

fn is_waiting(state: MessageState) -> bool {
    matches!(state, MessageState::Queued | MessageState::Held)
}

/// Whether a line was removed: nothing claims from it any more.
pub(crate) fn is_removed(tx: &Tx<'_>, connection: ConnectionId) -> Result<bool> {
    Ok(tx
        .db
        .prepare_cached("SELECT removed_at IS NOT NULL FROM connection WHERE id = ?1")?
        .query_row([connection.raw()], |row| row.get(0))?)
}

/// What would wait for ever goes to a person instead.
fn strand(after: &mut MessageRow) {
    if after.look_at.is_some() {
        return ask(after);
    }
    after.state = MessageState::NeedsAttention;
    after.reason = None;
    after.due_at = None;
    after.failure = Some(line_removed());
}

/// Why a message fails whose line is gone.
#[must_use]
pub fn line_removed() -> Failure {
    Failure::new(
        FailureClass::Admin,
        "line_removed",
        "Its line was removed before it could leave",
        "Send it again by another line",
    )
}

/// Hands a message over to a person, because it may have been sent already.
pub(crate) fn ask(after: &mut MessageRow) {
    after.state = MessageState::Unknown;
    after.reason = Some(HoldReason::Asked);
    after.due_at = None;
    after.look_at = None;
}

/// Adds a step to a message's timeline.
pub(crate) fn note(
    tx: &Tx<'_>,
    id: MessageId,
    at: i64,
    what: &str,
    detail: Option<&str>,
    actor: &str,
) -> Result<()> {
    tx.db
        .prepare_cached(
            "INSERT INTO timeline (message, seq, at, what, detail, actor)
             SELECT ?1, COALESCE(MAX(seq), 0) + 1, ?2, ?3, ?4, ?5 FROM timeline WHERE message = ?1",
        )?
        .execute(params![id.raw(), at, what, detail, actor])?;
    Ok(())
}

/// The search index follows later, outside of any sending transaction.
pub(crate) fn mark_for_search(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    let mark = tx.next_id()?;
    tx.db
        .prepare_cached(
            "INSERT INTO search_dirty (message, mark) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET mark = excluded.mark",
        )?
        .execute([id.raw(), mark])?;
    Ok(())
}

/// Remembers that this conversation about a message is over.
pub(crate) fn spend_id(tx: &Tx<'_>, id: MessageId, provider_id: &str) -> Result<()> {
    tx.db
        .prepare_cached(
            "INSERT INTO spent_id (provider_id, message) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        )?
        .execute(params![provider_id, id.raw()])?;
    Ok(())
}

/// Whether this id belongs to an earlier conversation about the message.
pub(crate) fn is_spent(tx: &Tx<'_>, id: MessageId, provider_id: &str) -> Result<bool> {
    Ok(tx
        .db
        .prepare_cached("SELECT 1 FROM spent_id WHERE provider_id = ?1 AND message = ?2")?
        .exists(params![provider_id, id.raw()])?)
}

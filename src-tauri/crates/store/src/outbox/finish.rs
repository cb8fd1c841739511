//! The finish: what became of an attempt, fenced, in one commit with what follows from it.

use rusqlite::params;
use signalbox_domain::{
    ConnectionId, Failure, FailureClass, HoldReason, MessageId, MessageState, ReceiptStatus,
};

use super::row::{MessageRow, ask, is_spent, load, mark_for_search, note, put};
use crate::batches::is_taken_back;
use crate::connections::{LineChange, change_line};
use crate::consents::{By, suppress};
use crate::error::{Result, StoreError};
use crate::gates::{GateRow, keep_gate};
use crate::store::Store;
use crate::writer::Tx;

/// What follows for the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// The provider has it.
    Accepted,
    /// Again from `due_at` (Unix ms) on.
    Retry {
        /// Not before.
        due_at: i64,
        /// Whether the attempt counts for the schedule.
        counted: bool,
    },
    /// Again by the next line of its route.
    Reroute {
        /// That line.
        connection: ConnectionId,
        /// The lines after it.
        route: Vec<ConnectionId>,
    },
    /// Waits for an event, or until `due_at`.
    Hold {
        /// For what.
        reason: HoldReason,
        /// Or until then.
        due_at: Option<i64>,
    },
    /// A person is needed.
    Attention,
    /// The recipient does not want to be written to; remembered for the channel.
    Suppress,
    /// It may have been sent; look it up at `look_at` (Unix ms), or ask a person (`None`).
    Unknown {
        /// When to look.
        look_at: Option<i64>,
    },
}

/// An attempt's end.
#[derive(Debug, Clone)]
pub struct Finish {
    /// Of which message.
    pub message: MessageId,
    /// Which attempt; a stale one only completes its own journal row.
    pub n: u32,
    /// Why it did not work.
    pub failure: Option<Failure>,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// The HTTP status of the answer, when one came by HTTP.
    pub http: Option<u16>,
    /// What follows.
    pub then: Then,
    /// The line's gate, when the outcome changed it.
    pub gate: Option<GateRow>,
    /// The line's state, when the outcome changed it.
    pub line: Option<LineChange>,
    /// When to ask the provider what became of it, where it will not tell by itself (Unix ms).
    pub poll_at: Option<i64>,
    /// Now (Unix ms).
    pub now: i64,
}

/// What the finish did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// Whether the attempt was still the message's own.
    pub applied: bool,
    /// Where the message stands.
    pub state: MessageState,
    /// Whether the line's state changed.
    pub line_changed: bool,
}

impl Store {
    /// Writes an attempt's end. Must be retried until it succeeds: until then the message is
    /// `sending`, and a crash makes it `unknown`.
    ///
    /// # Errors
    /// Any failure of the commit; nothing was written.
    pub async fn finish(&self, finish: Finish) -> Result<Finished> {
        self.writer().run_repeatable(move |tx| end(tx, &finish)).await
    }
}

pub(crate) fn end(tx: &mut Tx<'_>, finish: &Finish) -> Result<Finished> {
    let failure = match &finish.failure {
        Some(failure) => Some(tx.failures.number(tx.db, failure)?),
        None => None,
    };
    tx.db
        .prepare_cached(
            "UPDATE attempt SET ended_at = ?3, outcome = ?4, failure = ?5, provider_id = ?6, http = ?7
             WHERE message = ?1 AND n = ?2 AND ended_at IS NULL",
        )?
        .execute(params![
            finish.message.raw(),
            finish.n,
            finish.now,
            outcome_code(&finish.then),
            failure,
            finish.provider_id,
            finish.http,
        ])?;
    if let Some(gate) = &finish.gate {
        keep_gate(tx, gate)?;
    }
    let line_changed = match finish.line.as_ref().map(|change| change_line(tx, change)) {
        // The line was removed while the attempt was in flight: its outcome counts all the same.
        None | Some(Err(StoreError::NotFound)) => false,
        Some(changed) => changed?,
    };
    let before = load(tx, finish.message)?;
    let own = before.state == MessageState::Sending && before.tries == finish.n;
    let (applied, state) = match (own, &finish.then) {
        (true, Then::Accepted) if is_old_answer(tx, &before, finish)? => {
            let then = Then::Unknown { look_at: None };
            let doubt = Finish { then, failure: Some(old_answer()), ..finish.clone() };
            (true, settle(tx, &before, &Finish { provider_id: None, ..doubt })?)
        }
        (true, Then::Accepted) => (true, accept(tx, &before, finish)?),
        (true, _) => (true, settle(tx, &before, finish)?),
        (false, Then::Accepted) if before.tries == finish.n => overtaken(tx, &before, finish)?,
        (false, _) => (false, before.state),
    };
    Ok(Finished { applied, state, line_changed })
}

/// Whether the provider named the id of an earlier conversation: then it repeated what it said
/// then, and did not send anew.
fn is_old_answer(tx: &Tx<'_>, before: &MessageRow, finish: &Finish) -> Result<bool> {
    match &finish.provider_id {
        Some(id) if before.tries > 1 => is_spent(tx, before.id, id),
        _ => Ok(false),
    }
}

fn old_answer() -> Failure {
    Failure::new(
        FailureClass::Unknown,
        "old_answer",
        "The provider repeated its answer to an earlier try",
        "Look at the provider whether it was sent a second time",
    )
}

/// Codes of the journal's `outcome` column.
fn outcome_code(then: &Then) -> i64 {
    match then {
        Then::Accepted => 1,
        Then::Unknown { .. } => 3,
        _ => 2,
    }
}

/// The good end, kept narrow: it is the one that happens a million times.
fn accept(tx: &mut Tx<'_>, before: &MessageRow, finish: &Finish) -> Result<MessageState> {
    let mut place = before.place();
    place.state = MessageState::Accepted;
    place.failure = None;
    tx.db
        .prepare_cached(
            "UPDATE message SET state = ?2, counted = counted + 1, watch = NULL, provider_id = ?3,
                 rank = ?4, updated_at = ?5, look_at = ?6, looks = 0
             WHERE id = ?1",
        )?
        .execute(params![
            before.id.raw(),
            MessageState::Accepted.code(),
            finish.provider_id,
            ReceiptStatus::Accepted.rank(),
            finish.now,
            finish.poll_at,
        ])?;
    tx.deltas.moved(Some(before.place()), place, finish.now);
    if before.failure_id.is_some() {
        // Apart from the rest: a statement that writes a referring column keeps a journal of its
        // own, and nearly no message has met a failure.
        tx.db
            .prepare_cached("UPDATE message SET failure = NULL WHERE id = ?1")?
            .execute([before.id.raw()])?;
        mark_for_search(tx, before.id)?;
    }
    Ok(MessageState::Accepted)
}

fn settle(tx: &mut Tx<'_>, before: &MessageRow, finish: &Finish) -> Result<MessageState> {
    let mut after = before.clone();
    after.failure.clone_from(&finish.failure);
    after.provider_id.clone_from(&finish.provider_id);
    after.reason = None;
    after.counted += 1;
    let mut step: Option<(&str, Option<String>)> = None;
    let then = match before.look_at {
        Some(_) => in_doubt(finish),
        None => finish.then.clone(),
    };
    let once_more = matches!(then, Then::Retry { .. } | Then::Reroute { .. } | Then::Hold { .. });
    if once_more && is_taken_back(tx.db, before)? {
        return take_back(tx, before, after, finish.now);
    }
    match &then {
        Then::Accepted => after.state = MessageState::Accepted,
        Then::Retry { due_at, counted } => {
            after.state = MessageState::Queued;
            after.due_at = Some(*due_at);
            after.counted -= u32::from(!counted);
        }
        Then::Reroute { connection, route } => {
            after.state = MessageState::Queued;
            after.connection = *connection;
            after.route.clone_from(route);
            after.due_at = Some(finish.now);
            after.counted = 0;
            step = Some(("rerouted", Some(connection.to_string())));
        }
        Then::Hold { reason, due_at } => {
            after.state = MessageState::Held;
            after.reason = Some(*reason);
            after.due_at = *due_at;
            step = Some(("held", Some(reason.word().to_owned())));
        }
        Then::Attention => {
            after.state = MessageState::NeedsAttention;
            after.look_at = None;
            step = Some(("needs_attention", None));
        }
        Then::Suppress => {
            after.state = MessageState::Suppressed;
            after.look_at = None;
            let source =
                finish.failure.as_ref().map_or("provider", |failure| failure.code.as_str());
            suppress(tx, before.channel, &before.recipient, By::Addressee, source, finish.now)?;
            step = Some(("suppressed", None));
        }
        Then::Unknown { look_at } => {
            after.state = MessageState::Unknown;
            after.look_at = *look_at;
            after.looks = 0;
            if look_at.is_none() {
                after.reason = Some(HoldReason::Asked);
                step = Some(("asked", None));
            }
        }
    }
    let step = step.as_ref().map(|(what, detail)| (*what, detail.as_deref(), "core"));
    put(tx, before, &mut after, finish.now, step)?;
    Ok(after.state)
}

/// What was in flight while its batch was cancelled, and would be tried again, is cancelled too;
/// unless an earlier try may have been taken, which nobody can take back.
fn take_back(
    tx: &mut Tx<'_>,
    before: &MessageRow,
    mut after: MessageRow,
    now: i64,
) -> Result<MessageState> {
    let what = match before.look_at {
        Some(_) => {
            ask(&mut after);
            "asked"
        }
        None => {
            after.state = MessageState::Cancelled;
            "cancelled"
        }
    };
    put(tx, before, &mut after, now, Some((what, Some("batch"), "core")))?;
    Ok(after.state)
}

/// What follows while an earlier try under the same key may have been taken: the message does not
/// move to another line, and only an answer about itself makes it a failed one.
fn in_doubt(finish: &Finish) -> Then {
    use FailureClass::{Admin, Auth, Deferred, RateLimited, Transient};
    let class = finish.failure.as_ref().map(|failure| failure.class);
    match &finish.then {
        Then::Reroute { .. } => Then::Retry { due_at: finish.now, counted: false },
        Then::Attention
            if matches!(class, Some(Transient | Deferred | RateLimited | Auth | Admin)) =>
        {
            Then::Unknown { look_at: None }
        }
        then => then.clone(),
    }
}

/// The provider accepted the latest attempt, but the message has already left `sending`: a receipt
/// was faster than the answer, or the answer was given up for lost.
///
/// If it was a receipt of this attempt, what it told stands, and the provider's id is kept so that
/// later receipts find the message. If it was a late one of an earlier attempt, it said nothing of
/// this one: left as it is, the message would be sent once more. And an outcome that was unknown is
/// known now.
fn overtaken(
    tx: &mut Tx<'_>,
    before: &MessageRow,
    finish: &Finish,
) -> Result<(bool, MessageState)> {
    let Some(id) = &finish.provider_id else { return Ok((false, before.state)) };
    if before.provider_id.as_ref() == Some(id) || is_spent(tx, before.id, id)? {
        return Ok((false, before.state));
    }
    if matches!(
        before.state,
        MessageState::Queued
            | MessageState::Held
            | MessageState::NeedsAttention
            | MessageState::Unknown
    ) {
        let mut after = before.clone();
        after.state = MessageState::Accepted;
        after.reason = None;
        after.due_at = None;
        after.look_at = finish.poll_at;
        after.looks = 0;
        after.failure = None;
        after.rank = ReceiptStatus::Accepted.rank();
        after.provider_id = Some(id.clone());
        put(tx, before, &mut after, finish.now, Some(("accepted", None, "core")))?;
        return Ok((true, after.state));
    }
    if before.provider_id.is_none() {
        tx.db
            .prepare_cached("UPDATE message SET provider_id = ?2 WHERE id = ?1")?
            .execute(params![before.id.raw(), id])?;
    }
    Ok((false, before.state))
}

/// The failure of an attempt whose process ended before it could say how it went.
pub(crate) fn interrupted() -> Failure {
    Failure::new(
        FailureClass::Unknown,
        "interrupted",
        "Signalbox ended before the answer came",
        "Nothing to do yet: the provider is asked first",
    )
}

impl Store {
    /// Every attempt in flight when the last process ended becomes `unknown`, to be looked up at
    /// once. The home lock makes this exact: whatever is `sending` now is an orphan.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn recover(&self, now: i64) -> Result<Vec<MessageId>> {
        self.writer().run(move |tx| recover(tx, now)).await
    }
}

fn recover(tx: &mut Tx<'_>, now: i64) -> Result<Vec<MessageId>> {
    let connections: Vec<i64> = tx
        .db
        .prepare_cached("SELECT id FROM connection")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut orphans: Vec<(i64, u32)> = Vec::new();
    for connection in connections {
        let mut statement = tx.db.prepare_cached(
            "SELECT id, tries FROM message INDEXED BY message_shelf WHERE connection = ?1 AND state = ?2",
        )?;
        let rows = statement
            .query_map(params![connection, MessageState::Sending.code()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        for row in rows {
            orphans.push(row?);
        }
    }
    for (id, n) in &orphans {
        let message = MessageId::from_raw(*id);
        end(
            tx,
            &Finish {
                message,
                n: *n,
                failure: Some(interrupted()),
                provider_id: None,
                http: None,
                then: Then::Unknown { look_at: Some(now) },
                gate: None,
                line: None,
                poll_at: None,
                now,
            },
        )?;
        note(tx, message, now, "interrupted", None, "core")?;
    }
    Ok(orphans.into_iter().map(|(id, _)| MessageId::from_raw(id)).collect())
}

/// Whether a provider's id is bound to another message, or was to any earlier try, this message's
/// own included: so that one send is not taken for two.
pub(crate) fn bound_elsewhere(tx: &Tx<'_>, provider_id: &str, message: MessageId) -> Result<bool> {
    let bound = tx
        .db
        .prepare_cached(
            "SELECT 1 FROM message INDEXED BY message_provider WHERE provider_id = ?1 AND id <> ?2
             UNION ALL SELECT 1 FROM spent_id WHERE provider_id = ?1",
        )?
        .exists(params![provider_id, message.raw()])?;
    Ok(bound)
}

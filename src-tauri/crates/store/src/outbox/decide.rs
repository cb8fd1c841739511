//! What a person decides about messages: again, let rest, take back, it was sent.

use rusqlite::params;
use signalbox_domain::{ConnectionId, Failure, HoldReason, MessageId, MessageState, ReceiptStatus};

use super::row::{MessageRow, ask, is_removed, load, put};
use crate::error::{Result, StoreError};
use crate::store::Store;
use crate::writer::Tx;

/// Rows decided on in one commit; a larger decision is made in slices, each of which stands.
pub(crate) const SLICE: usize = 500;

/// A person's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Send it again, as a new round.
    Again,
    /// Let the failure rest.
    Dismiss,
    /// Undo that.
    Undismiss,
    /// Take it back before it leaves.
    Cancel,
    /// It was sent, whatever the answer was.
    WasSent,
    /// Do not send it.
    Drop,
    /// Let it go now.
    Release,
    /// It cannot leave any more, for this reason.
    Fail(Failure),
}

/// How many were changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecisionCount {
    /// Those the decision fitted.
    pub changed: usize,
    /// Those it did not fit, with where they stand.
    pub refused: Vec<(MessageId, MessageState)>,
}

/// What restoring a backup held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Messages held for a person.
    pub held: usize,
}

impl Store {
    /// Applies a decision to messages, at most [`SLICE`] of them in one commit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for more than a slice; any failure of the commit.
    pub async fn decide(
        &self,
        messages: Vec<MessageId>,
        chosen: Chosen,
        useful_until: Option<i64>,
        actor: String,
        now: i64,
    ) -> Result<DecisionCount> {
        if messages.len() > SLICE {
            return Err(StoreError::Conflict(format!("at most {SLICE} messages at once")));
        }
        self.writer()
            .run(move |tx| {
                let mut count = DecisionCount::default();
                for id in &messages {
                    let before = load(tx, *id)?;
                    // What would be sent again by a line that is gone stays as it is.
                    let leaves = matches!(chosen, Chosen::Again | Chosen::Release);
                    let gone = leaves && is_removed(tx, before.connection)?;
                    match decided(&before, &chosen, useful_until, now).filter(|_| !gone) {
                        Some((mut after, what)) => {
                            put(tx, &before, &mut after, now, Some((what, None, &actor)))?;
                            match what {
                                ASKED => count.refused.push((*id, after.state)),
                                _ => count.changed += 1,
                            }
                        }
                        None => count.refused.push((*id, before.state)),
                    }
                }
                Ok(count)
            })
            .await
    }

    /// After a backup was restored: everything unfinished waits for a person, because the backup
    /// does not know what was sent since.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn hold_restored(&self, now: i64) -> Result<Restored> {
        let mut held = 0;
        loop {
            let slice = self.writer().run(move |tx| hold_restored(tx, now)).await?;
            held += slice;
            if slice < SLICE {
                return Ok(Restored { held });
            }
        }
    }
}

/// The step of a message that may have been sent, so that the decision does not fit it.
const ASKED: &str = "asked";

fn decided(
    before: &MessageRow,
    chosen: &Chosen,
    useful_until: Option<i64>,
    now: i64,
) -> Option<(MessageRow, &'static str)> {
    use MessageState::{
        Accepted, Cancelled, Dismissed, Expired, Held, NeedsAttention, Queued, Unknown,
    };
    let asked = before.reason == Some(HoldReason::Asked);
    let mut after = before.clone();
    let what = match (chosen, before.state) {
        (Chosen::Again, NeedsAttention | Dismissed | Expired | Cancelled)
        | (Chosen::Again, Unknown)
            if before.state != Unknown || asked =>
        {
            after.round += 1;
            after.counted = 0;
            after.rank = 0;
            after.tried_at = None;
            after.provider_id = None;
            queue(&mut after, now);
            "retried"
        }
        (Chosen::Dismiss, NeedsAttention | Expired) => {
            after.state = Dismissed;
            "dismissed"
        }
        (Chosen::Undismiss, Dismissed) if before.failure.is_some() => {
            after.state = NeedsAttention;
            "undismissed"
        }
        (Chosen::Cancel | Chosen::Fail(_), Queued | Held) if before.look_at.is_some() => {
            // It cannot be said that it was not sent.
            ask(&mut after);
            ASKED
        }
        (Chosen::Cancel, Queued | Held) => {
            rest(&mut after, Cancelled);
            "cancelled"
        }
        (Chosen::WasSent, Unknown) => {
            rest(&mut after, Accepted);
            after.rank = ReceiptStatus::Accepted.rank();
            after.failure = None;
            "resolved:sent"
        }
        (Chosen::Drop, Unknown | Held) => {
            rest(&mut after, Cancelled);
            "resolved:drop"
        }
        (Chosen::Release, Held) => {
            queue(&mut after, now);
            after.look_at = before.look_at;
            // Whatever else held it, its own time still has to come.
            if before.reason != Some(HoldReason::Scheduled)
                && let Some(at) = before.send_at.filter(|at| *at > now)
            {
                after.state = Held;
                after.reason = Some(HoldReason::Scheduled);
                after.due_at = Some(at);
            }
            "released"
        }
        (Chosen::Fail(failure), Queued | Held) => {
            rest(&mut after, NeedsAttention);
            after.failure = Some(failure.clone());
            "needs_attention"
        }
        _ => return None,
    };
    if let Some(until) = useful_until
        && matches!(after.state, Queued | Held)
    {
        after.useful_until = after.useful_until.max(until);
    }
    Some((after, what))
}

fn queue(after: &mut MessageRow, now: i64) {
    after.state = MessageState::Queued;
    after.reason = None;
    after.look_at = None;
    after.looks = 0;
    after.due_at = Some(now);
}

fn rest(after: &mut MessageRow, state: MessageState) {
    after.state = state;
    after.reason = None;
    after.due_at = None;
    after.look_at = None;
}

/// Whatever an earlier try by this line may have sent goes to a person.
pub(crate) fn ask_about_doubtful(tx: &mut Tx<'_>, line: ConnectionId, now: i64) -> Result<()> {
    let ids: Vec<i64> = tx
        .db
        .prepare_cached(
            "SELECT id FROM message INDEXED BY message_look
             WHERE look_at IS NOT NULL AND connection = ?1 AND state IN (?2, ?3, ?4)",
        )?
        .query_map(
            params![
                line.raw(),
                MessageState::Queued.code(),
                MessageState::Held.code(),
                MessageState::Unknown.code()
            ],
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<_>>()?;
    for id in ids {
        let before = load(tx, MessageId::from_raw(id))?;
        let mut after = before.clone();
        ask(&mut after);
        put(tx, &before, &mut after, now, Some((ASKED, Some("its line was changed"), "core")))?;
    }
    Ok(())
}

/// A line is removed: whatever still waits for it goes to a person. Most of it was dealt with slice
/// by slice before; this is what came in between.
pub(crate) fn strand_waiting(tx: &mut Tx<'_>, connection: ConnectionId, now: i64) -> Result<()> {
    for state in [MessageState::Queued, MessageState::Held] {
        let ids: Vec<i64> = tx
            .db
            .prepare_cached(
                "SELECT id FROM message INDEXED BY message_shelf WHERE connection = ?1 AND state = ?2",
            )?
            .query_map(params![connection.raw(), state.code()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for id in ids {
            let before = load(tx, MessageId::from_raw(id))?;
            put(tx, &before, &mut before.clone(), now, None)?;
        }
    }
    Ok(())
}

fn hold_restored(tx: &mut Tx<'_>, now: i64) -> Result<usize> {
    let mut ids: Vec<i64> = Vec::new();
    let connections: Vec<i64> = tx
        .db
        .prepare_cached("SELECT id FROM connection")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for connection in connections {
        let mut statement = tx.db.prepare_cached(
            "SELECT id FROM message INDEXED BY message_shelf
             WHERE connection = ?1 AND state = ?2 AND reason IS NOT ?3 LIMIT ?4",
        )?;
        for state in
            [MessageState::Queued, MessageState::Sending, MessageState::Held, MessageState::Unknown]
        {
            let left = (SLICE - ids.len()) as i64;
            let rows = statement.query_map(
                params![connection, state.code(), HoldReason::Restored.code(), left],
                |row| row.get(0),
            )?;
            for row in rows {
                ids.push(row?);
            }
        }
    }
    for id in &ids {
        let before = load(tx, MessageId::from_raw(*id))?;
        let mut after = before.clone();
        rest(&mut after, MessageState::Held);
        after.reason = Some(HoldReason::Restored);
        put(tx, &before, &mut after, now, Some(("held", Some("restored"), "core")))?;
    }
    Ok(ids.len())
}

impl Store {
    /// Marks waiting messages whose use has ended as expired, at most a slice in one commit.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn expire(&self, connection: ConnectionId, now: i64) -> Result<Vec<MessageId>> {
        self.writer()
            .run(move |tx| {
                let ids: Vec<i64> = tx
                    .db
                    .prepare_cached(
                        "SELECT id FROM message INDEXED BY message_useful
                         WHERE connection = ?1 AND useful_until <= ?2 AND state IN (0, 6) LIMIT ?3",
                    )?
                    .query_map(params![connection.raw(), now, SLICE as i64], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?;
                for id in &ids {
                    let before = load(tx, MessageId::from_raw(*id))?;
                    let mut after = before.clone();
                    let what = match before.look_at {
                        None => {
                            rest(&mut after, MessageState::Expired);
                            "expired"
                        }
                        Some(_) => {
                            ask(&mut after);
                            ASKED
                        }
                    };
                    put(tx, &before, &mut after, now, Some((what, None, "core")))?;
                }
                Ok(ids.into_iter().map(MessageId::from_raw).collect())
            })
            .await
    }
}

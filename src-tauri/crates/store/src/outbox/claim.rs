//! The claim: opt-out, usefulness, pace and intent in one commit, before any byte leaves.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, params};
use signalbox_domain::{ConnectionId, HoldReason, MessageId, MessageState, Pace, Priority, gcra};

use super::looks::key_is_used_up;
use super::row::{COLUMNS, MessageRow, ask, from_sql, note, put, with_words};
use crate::batches::is_taken_back;
use crate::consents::is_suppressed;
use crate::error::Result;
use crate::store::Store;
use crate::writer::Tx;

/// When messages behind an undecided one to the same person are looked at again, should nothing
/// else cause it.
const BEHIND_MS: i64 = 5_000;
/// So many of them keep their place in the queue. More would be in the way of everybody else, and
/// are put back by [`BEHIND_MS`] each time.
const BEHIND: usize = 64;
/// No booking reaches further than this, or than [`MOST_UNITS`] at the line's pace.
const LONGEST_BOOKING_MS: i64 = 10 * 60_000;
/// More segments than any message has.
const MOST_UNITS: i64 = 64;
/// Rows looked at in one claim, so that one commit stays short whatever the queue holds.
const LOOKED_AT: usize = 512;

/// What the dispatcher asks for.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// For which line.
    pub connection: ConnectionId,
    /// At most so many.
    pub limit: usize,
    /// The line's pace.
    pub pace: Pace,
    /// Set while outside the allowed hours: when they begin again (Unix ms).
    pub quiet_until: Option<i64>,
    /// Whether answers here are looked up, so that at most one may be open per recipient.
    pub one_open_per_recipient: bool,
    /// The line's breaker, when claiming changed it (a trial was reserved).
    pub breaker: Option<String>,
    /// Number of this start of the program.
    pub boot: i64,
    /// Now (Unix ms).
    pub now: i64,
}

/// A message whose intent is committed: it must be sent now, and finished.
#[derive(Debug, Clone)]
pub struct ClaimedMessage {
    /// The row, already `sending`.
    pub row: MessageRow,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub body: String,
    /// The attempt's number; the fence of its finish.
    pub n: u32,
}

/// What a claim brought.
#[derive(Debug, Clone, Default)]
pub struct Claimed {
    /// To be sent.
    pub messages: Vec<ClaimedMessage>,
    /// When to ask again (Unix ms); `None`: when something is committed.
    pub next: Option<i64>,
    /// Moved without being sent: expired, suppressed, outside the hours.
    pub moved: Vec<(MessageId, MessageState)>,
}

impl Store {
    /// Claims what is due on a line.
    ///
    /// # Errors
    /// Any failure of the commit: then no intent exists and nothing may be sent.
    pub async fn claim(&self, request: ClaimRequest) -> Result<Claimed> {
        self.writer()
            .run_repeatable(move |tx| {
                // The writer may have been busy since the dispatcher asked; pace and usefulness are
                // judged by the time of the intent.
                let now = request.now.max(tx.now());
                claim(tx, &ClaimRequest { now, ..request.clone() })
            })
            .await
    }
}

/// Where a claim takes a waiting message.
enum Fate {
    Leaves,
    Moved(MessageState),
    /// Waits in its place for an earlier one to the same person.
    Behind,
}

pub(crate) fn claim(tx: &mut Tx<'_>, request: &ClaimRequest) -> Result<Claimed> {
    let mut claimed = Claimed::default();
    let unbooked: Option<i64> = tx
        .db
        .prepare_cached("SELECT booked_until FROM gate WHERE connection = ?1")?
        .query_row([request.connection.raw()], |row| row.get(0))
        .optional()?
        .flatten();
    let mut booked = unbooked.map(|until| believable(until, request));
    let (mut looked_at, mut behind) = (0, 0);
    'line: for priority in Priority::ALL {
        let mut seen = (i64::MIN, 0);
        loop {
            // One more than can be taken, which tells whether there is more.
            let handful = request.limit - claimed.messages.len() + 1;
            let rows = due(tx, request, *priority, seen, handful)?;
            let last = rows.len() < handful;
            for row in rows {
                looked_at += 1;
                seen = (row.due_at.unwrap_or(i64::MIN), row.id.raw());
                if claimed.messages.len() == request.limit || looked_at > LOOKED_AT {
                    claimed.next = Some(request.now);
                    break 'line;
                }
                match fate(tx, request, &row)? {
                    Fate::Leaves => {}
                    Fate::Moved(state) => {
                        claimed.moved.push((row.id, state));
                        continue;
                    }
                    Fate::Behind => {
                        behind += 1;
                        if behind > BEHIND {
                            put_back(tx, &row, request.now)?;
                        }
                        continue;
                    }
                }
                let cost = request.pace.cost(row.units, row.batch.is_some());
                if !cost.is_zero() {
                    match gcra::admit(booked.map(instant), instant(request.now), cost) {
                        Ok(until) => booked = Some(until.timestamp_millis()),
                        Err(at) => {
                            claimed.next = Some(at.timestamp_millis());
                            break 'line;
                        }
                    }
                }
                claimed.messages.push(take(tx, request, row)?);
            }
            if last {
                break;
            }
        }
    }
    if booked != unbooked || request.breaker.is_some() {
        tx.db
            .prepare_cached(
                "INSERT INTO gate (connection, booked_until, breaker) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET booked_until = excluded.booked_until,
                     breaker = COALESCE(excluded.breaker, breaker)",
            )?
            .execute(params![request.connection.raw(), booked, request.breaker])?;
    }
    if claimed.next.is_none() {
        let later = next_due(tx, request.connection, request.now)?;
        // The end of what they wait for wakes the dispatcher; this is for the day it does not.
        let behind = (behind > 0).then_some(request.now + BEHIND_MS);
        claimed.next = later.into_iter().chain(behind).min();
    }
    Ok(claimed)
}

/// A booking from before the clock was set back would silence the line for as long as the clock
/// was wrong. The line then waits for one unit more, so that setting it back gives no burst either.
fn believable(booked: i64, request: &ClaimRequest) -> i64 {
    let cost = |units| request.pace.cost(units, true).num_milliseconds();
    if booked - request.now > LONGEST_BOOKING_MS.max(cost(MOST_UNITS)) {
        return request.now + cost(1);
    }
    booked
}

fn instant(ms: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

fn due(
    tx: &Tx<'_>,
    request: &ClaimRequest,
    priority: Priority,
    seen: (i64, i64),
    handful: usize,
) -> Result<Vec<MessageRow>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {COLUMNS} FROM message m INDEXED BY message_claim
             WHERE m.connection = ?1 AND m.priority = ?2 AND m.due_at <= ?3
                 AND (m.due_at, m.id) > (?5, ?6)
             ORDER BY m.due_at, m.id LIMIT ?4"
        )
    });
    let mut statement = tx.db.prepare_cached(&SQL)?;
    let limit = handful.min(LOOKED_AT + 1);
    let rows = statement.query_map(
        params![
            request.connection.raw(),
            priority.code(),
            request.now,
            limit as i64,
            seen.0,
            seen.1
        ],
        from_sql,
    )?;
    rows.map(|row| with_words(tx.db, row?)).collect()
}

/// When the next message of a line falls due: one seek for each priority. Whatever is due by now was
/// dealt with, or waits in its place.
fn next_due(tx: &Tx<'_>, connection: ConnectionId, now: i64) -> Result<Option<i64>> {
    const _: () = assert!(Priority::ALL.len() == 3, "the statement names each priority");
    let earliest = tx
        .db
        .prepare_cached(
            "SELECT MIN(due_at) FROM (
                 SELECT (SELECT due_at FROM message INDEXED BY message_claim
                     WHERE connection = ?1 AND priority = column1 AND due_at > ?2
                     ORDER BY due_at LIMIT 1) AS due_at
                 FROM (VALUES (0), (1), (2)))",
        )?
        .query_row(params![connection.raw(), now], |row| row.get(0))?;
    Ok(earliest)
}

/// Decides whether a message leaves, and puts elsewhere what must not.
fn fate(tx: &mut Tx<'_>, request: &ClaimRequest, row: &MessageRow) -> Result<Fate> {
    let mut after = row.clone();
    after.reason = None;
    if row.look_at.is_some_and(|good_until| good_until <= request.now) {
        return Ok(Fate::Moved(key_is_used_up(tx, row, request.now)?.state));
    }
    let suppressed = is_suppressed(tx.db, row.channel, &row.recipient)?;
    let taken_back = is_taken_back(tx.db, row)?;
    if row.look_at.is_some() && (suppressed || taken_back || row.useful_until <= request.now) {
        // It must not leave, and yet an earlier try may have been taken.
        ask(&mut after);
        put(tx, row, &mut after, request.now, Some(("asked", None, "core")))?;
        return Ok(Fate::Moved(MessageState::Unknown));
    }
    if taken_back {
        // It was still waiting its turn to be cancelled with the others, or the program ended.
        after.state = MessageState::Cancelled;
        after.due_at = None;
        put(tx, row, &mut after, request.now, Some(("cancelled", Some("batch"), "core")))?;
        return Ok(Fate::Moved(MessageState::Cancelled));
    }
    if row.useful_until <= request.now {
        after.state = MessageState::Expired;
        after.due_at = None;
        put(tx, row, &mut after, request.now, Some(("expired", None, "core")))?;
        return Ok(Fate::Moved(MessageState::Expired));
    }
    if suppressed {
        after.state = MessageState::Suppressed;
        after.due_at = None;
        put(tx, row, &mut after, request.now, Some(("suppressed", None, "core")))?;
        return Ok(Fate::Moved(MessageState::Suppressed));
    }
    if let Some(until) = request.quiet_until {
        after.state = MessageState::Held;
        after.reason = Some(HoldReason::QuietHours);
        after.due_at = Some(until);
        put(tx, row, &mut after, request.now, Some(("held", Some("quiet_hours"), "core")))?;
        return Ok(Fate::Moved(MessageState::Held));
    }
    // Two unanswered requests to one number could not be told apart in the provider's list.
    if request.one_open_per_recipient && is_watched(tx, request.connection, &row.recipient)? {
        return Ok(Fate::Behind);
    }
    Ok(Fate::Leaves)
}

fn put_back(tx: &Tx<'_>, row: &MessageRow, now: i64) -> Result<()> {
    tx.db
        .prepare_cached("UPDATE message SET due_at = ?2 WHERE id = ?1")?
        .execute(params![row.id.raw(), now + BEHIND_MS])?;
    Ok(())
}

fn is_watched(tx: &Tx<'_>, connection: ConnectionId, recipient: &str) -> Result<bool> {
    Ok(tx
        .db
        .prepare_cached(
            "SELECT 1 FROM message INDEXED BY message_watch WHERE connection = ?1 AND watch = ?2",
        )?
        .exists(params![connection.raw(), recipient])?)
}

fn take(tx: &mut Tx<'_>, request: &ClaimRequest, mut row: MessageRow) -> Result<ClaimedMessage> {
    let before = row.place();
    row.tries += 1;
    row.state = MessageState::Sending;
    if row.reason.take() == Some(HoldReason::Scheduled) {
        note(tx, row.id, request.now, "released", Some("scheduled"), "core")?;
    }
    row.due_at = None;
    row.tried_at = row.tried_at.or(Some(request.now));
    row.updated_at = request.now;
    let watch = request.one_open_per_recipient.then_some(&row.recipient);
    tx.db
        .prepare_cached(
            "UPDATE message SET state = ?2, reason = NULL, due_at = NULL, tries = ?3,
                 tried_at = ?4, watch = ?5, updated_at = ?6 WHERE id = ?1",
        )?
        .execute(params![
            row.id.raw(),
            row.state.code(),
            row.tries,
            row.tried_at,
            watch,
            request.now
        ])?;
    tx.db
        .prepare_cached(
            "INSERT INTO attempt (message, n, connection, boot, intent_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![row.id.raw(), row.tries, row.connection.raw(), request.boot, request.now])?;
    tx.deltas.moved(Some(before), row.place(), request.now);
    let (subject, body) = text_of(tx, row.id)?;
    Ok(ClaimedMessage { n: row.tries, row, subject, body })
}

pub(crate) fn text_of(tx: &Tx<'_>, id: MessageId) -> Result<(Option<String>, String)> {
    Ok(tx
        .db
        .prepare_cached("SELECT subject, body FROM content WHERE message = ?1")?
        .query_row([id.raw()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

//! Unknown outcomes: which are to be looked up, and what was found.

use rusqlite::params;
use signalbox_domain::{Failure, HoldReason, MessageId, MessageState, ReceiptStatus};

use super::claim::text_of;
use super::finish::bound_elsewhere;
use super::receipts::{StatusReport, apply};
use super::row::{COLUMNS, MessageRow, from_sql, load, put, with_words};
use crate::batches::is_taken_back;
use crate::error::Result;
use crate::store::Store;
use crate::writer::Tx;

/// What was found on its way is asked about again after this long.
const POLLED_MS: i64 = 60_000;

/// A message whose last attempt is undecided.
#[derive(Debug, Clone)]
pub struct LostMessage {
    /// The row.
    pub row: MessageRow,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub body: String,
    /// When the undecided attempt's intent was committed (Unix ms).
    pub intent_at: i64,
}

/// What is to be made of it.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// The provider has it, perhaps with a status.
    Found {
        /// Candidate ids with their status, best first; the first that is bound to no other
        /// message is taken.
        candidates: Vec<(String, Option<ReceiptStatus>, Option<Failure>)>,
        /// Ids that may be it although their text differs. While one of them is bound to no other
        /// message, the absence of a candidate proves nothing, and at the last look a person is
        /// asked.
        doubtful: Vec<String>,
        /// When to look again if all are bound to others (Unix ms); `None` then means not sent.
        or_look_at: Option<i64>,
    },
    /// It was certainly not sent: again from `due_at` (Unix ms) on.
    SendAgain {
        /// Not before.
        due_at: i64,
        /// Why it is certain, for the timeline.
        detail: &'static str,
    },
    /// Whether it was sent is not known, but the provider would recognise it by its key: again from
    /// `due_at` on, as long as the key is good. Until that try is answered the doubt stays.
    SameKey {
        /// Not before (Unix ms).
        due_at: i64,
        /// The key is good until then (Unix ms).
        good_until: i64,
    },
    /// Look again.
    LookAgain {
        /// When (Unix ms).
        at: i64,
        /// Whether the provider answered that it is not there; only such looks are counted.
        missed: bool,
    },
    /// It cannot be found out: a person decides.
    Ask,
}

impl Store {
    /// Unknown outcomes whose look-up is due, oldest first, and when the next one after them is.
    ///
    /// # Errors
    /// Any failure to read.
    pub async fn due_looks(
        &self,
        now: i64,
        limit: usize,
    ) -> Result<(Vec<LostMessage>, Option<i64>)> {
        self.writer().run(move |tx| due_looks(tx, now, limit)).await
    }

    /// Keeps what a poll of an accepted message found, and when to poll again (Unix ms).
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn polled(
        &self,
        message: MessageId,
        report: Option<StatusReport>,
        again_at: Option<i64>,
    ) -> Result<MessageState> {
        self.writer()
            .run(move |tx| {
                if let Some(report) = &report {
                    apply(tx, message, report)?;
                }
                let after = load(tx, message)?;
                let open = matches!(after.state, MessageState::Accepted | MessageState::Sent);
                if open {
                    tx.db
                        .prepare_cached(
                            "UPDATE message SET look_at = ?2, looks = looks + 1 WHERE id = ?1",
                        )?
                        .execute(params![message.raw(), again_at])?;
                }
                Ok(after.state)
            })
            .await
    }

    /// Puts the poll of an accepted message off without counting it, or ends the polls of it.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn put_off_poll(&self, message: MessageId, again_at: Option<i64>) -> Result<()> {
        self.writer()
            .run(move |tx| {
                tx.db
                    .prepare_cached(
                        "UPDATE message SET look_at = ?2 WHERE id = ?1 AND state IN (?3, ?4)",
                    )?
                    .execute(params![
                        message.raw(),
                        again_at,
                        MessageState::Accepted.code(),
                        MessageState::Sent.code()
                    ])?;
                Ok(())
            })
            .await
    }

    /// Settles an unknown outcome, unless something else has settled it since.
    ///
    /// # Errors
    /// Any failure of the commit.
    pub async fn settle(
        &self,
        message: MessageId,
        n: u32,
        settlement: Settlement,
        now: i64,
    ) -> Result<MessageState> {
        self.writer().run(move |tx| settle(tx, message, n, settlement, now)).await
    }
}

fn due_looks(tx: &mut Tx<'_>, now: i64, limit: usize) -> Result<(Vec<LostMessage>, Option<i64>)> {
    // An attempt in flight tells its own end.
    let sql = format!(
        "SELECT {COLUMNS} FROM message m INDEXED BY message_look
         WHERE m.look_at IS NOT NULL AND m.state <> {} ORDER BY m.look_at LIMIT ?1",
        MessageState::Sending.code()
    );
    let rows: Vec<MessageRow> = tx
        .db
        .prepare_cached(&sql)?
        .query_map([limit as i64 + 1], from_sql)?
        .collect::<rusqlite::Result<_>>()?;
    let mut due = Vec::new();
    let mut next = None;
    for row in rows {
        if row.look_at.is_some_and(|at| at > now) || due.len() == limit {
            next = row.look_at;
            break;
        }
        let mut row = with_words(tx.db, row)?;
        if matches!(row.state, MessageState::Queued | MessageState::Held) {
            row = key_is_used_up(tx, &row, now)?;
        }
        let (subject, body) = text_of(tx, row.id)?;
        let intent_at = tx
            .db
            .prepare_cached("SELECT intent_at FROM attempt WHERE message = ?1 AND n = ?2")?
            .query_row(params![row.id.raw(), row.tries], |row| row.get(0))?;
        due.push(LostMessage { row, subject, body, intent_at });
    }
    Ok((due, next))
}

fn settle(
    tx: &mut Tx<'_>,
    message: MessageId,
    n: u32,
    settlement: Settlement,
    now: i64,
) -> Result<MessageState> {
    let before = load(tx, message)?;
    if before.state != MessageState::Unknown || before.tries != n || before.reason.is_some() {
        return Ok(before.state);
    }
    let mut after = before.clone();
    after.look_at = None;
    let settlement = match settlement {
        // The provider would recognise it; but nobody wants it sent any more, if it was not.
        Settlement::SameKey { .. } if is_taken_back(tx.db, &before)? => Settlement::Ask,
        settlement => settlement,
    };
    let step: Option<(&str, Option<&str>, &str)> = match settlement {
        Settlement::Found { candidates, doubtful, or_look_at } => {
            for (provider_id, status, failure) in candidates {
                if bound_elsewhere(tx, &provider_id, message)? {
                    continue;
                }
                let report = StatusReport {
                    status: status.unwrap_or(ReceiptStatus::Accepted),
                    provider_id,
                    failure,
                    source: "look-up".into(),
                    poll_at: Some(now + POLLED_MS),
                    again_at: Vec::new(),
                    last_remedy: None,
                    at: now,
                };
                return Ok(apply(tx, before.id, &report)?.state);
            }
            let mut doubt = false;
            for provider_id in &doubtful {
                doubt = doubt || !bound_elsewhere(tx, provider_id, message)?;
            }
            match or_look_at {
                None if doubt => {
                    after.reason = Some(HoldReason::Asked);
                    Some(("asked", Some("the provider has it with another text"), "core"))
                }
                Some(at) => {
                    // Every match belongs to another message, which is a miss too.
                    after.looks += 1;
                    after.look_at = Some(at);
                    None
                }
                None => {
                    let why = "every match belongs to another message";
                    Some(send_again(tx, &before, &mut after, now, why)?)
                }
            }
        }
        Settlement::SendAgain { due_at, detail } => {
            Some(send_again(tx, &before, &mut after, due_at, detail)?)
        }
        Settlement::SameKey { due_at, good_until } => {
            after.state = MessageState::Queued;
            after.due_at = Some(due_at);
            after.look_at = Some(good_until);
            Some(("released", Some("the same key cannot send it twice"), "core"))
        }
        Settlement::LookAgain { at, missed } => {
            after.looks += u32::from(missed);
            after.look_at = Some(at);
            None
        }
        Settlement::Ask => {
            after.reason = Some(HoldReason::Asked);
            Some(("asked", None, "core"))
        }
    };
    put(tx, &before, &mut after, now, step)?;
    Ok(after.state)
}

/// A waiting message whose key is no longer good: sent now it might be sent twice, so it is looked
/// up first.
pub(crate) fn key_is_used_up(tx: &mut Tx<'_>, before: &MessageRow, now: i64) -> Result<MessageRow> {
    let mut after = before.clone();
    after.state = MessageState::Unknown;
    after.reason = None;
    after.due_at = None;
    after.look_at = Some(now);
    after.looks = 0;
    put(tx, before, &mut after, now, Some(("unknown", Some("its key is used up"), "core")))?;
    Ok(after)
}

/// It was certainly not sent: it leaves again, unless its batch was taken back meanwhile.
fn send_again<'a>(
    tx: &Tx<'_>,
    before: &MessageRow,
    after: &mut MessageRow,
    due_at: i64,
    why: &'a str,
) -> Result<(&'a str, Option<&'a str>, &'a str)> {
    after.looks = 0;
    if is_taken_back(tx.db, before)? {
        after.state = MessageState::Cancelled;
        return Ok(("cancelled", Some(why), "core"));
    }
    after.state = MessageState::Queued;
    after.due_at = Some(due_at);
    Ok(("released", Some(why), "core"))
}

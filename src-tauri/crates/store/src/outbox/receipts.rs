//! What a provider says of a message, applied by rank.

use rusqlite::{OptionalExtension, params};
use signalbox_domain::{
    ConnectionId, Failure, FailureClass, MessageId, MessageState, ReceiptStatus,
};

use super::row::{ask, is_spent, load, note, put, spend_id};
use crate::batches::is_taken_back;
use crate::consents::hear;
use crate::error::Result;
use crate::writer::Tx;

/// One statement of a provider about one message.
#[derive(Debug, Clone)]
pub struct StatusReport {
    /// The provider's id of the message.
    pub provider_id: String,
    /// What it says.
    pub status: ReceiptStatus,
    /// Why, for a failure; beside a delivery, a complaint or a late bounce.
    pub failure: Option<Failure>,
    /// Where it comes from, for the timeline: `webhook`, `poll`, `look-up`.
    pub source: String,
    /// When to ask what became of it, if nobody has yet and this does not end it (Unix ms).
    pub poll_at: Option<i64>,
    /// When to try again if it failed for now (Unix ms): after the first attempt, after the second,
    /// and so on. Past its end it is left to a person.
    pub again_at: Vec<i64>,
    /// The remedy once no try is left; else that of `failure` stands.
    pub last_remedy: Option<&'static str>,
    /// Now (Unix ms).
    pub at: i64,
}

/// What applying it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Which message.
    pub message: MessageId,
    /// Where it stands now.
    pub state: MessageState,
    /// Whether the report told something new.
    pub moved: bool,
}

/// Finds the message a provider means: by its own id, else by our token's message id.
pub(crate) fn find(
    tx: &Tx<'_>,
    connection: ConnectionId,
    provider_id: &str,
    hint: Option<MessageId>,
) -> Result<Option<MessageId>> {
    let bound: Option<i64> = tx
        .db
        .prepare_cached(
            "SELECT id FROM message INDEXED BY message_provider
             WHERE provider_id = ?1 AND connection = ?2 LIMIT 1",
        )?
        .query_row(params![provider_id, connection.raw()], |row| row.get(0))
        .optional()?;
    if let Some(id) = bound {
        return Ok(Some(MessageId::from_raw(id)));
    }
    let Some(hint) = hint else { return Ok(None) };
    let known = tx
        .db
        .prepare_cached(
            "SELECT 1 FROM message WHERE id = ?1 AND (provider_id IS NULL OR provider_id = ?2)",
        )?
        .exists(params![hint.raw(), provider_id])?;
    // News of a try that is over is no news of the present one.
    Ok((known && !is_spent(tx, hint, provider_id)?).then_some(hint))
}

pub(crate) fn apply(tx: &mut Tx<'_>, message: MessageId, report: &StatusReport) -> Result<Applied> {
    let before = load(tx, message)?;
    let step = format!("receipt:{}", report.status);
    let detail =
        report.failure.as_ref().map(|failure| format!("{} ({})", failure.say, failure.code));
    let late_trouble =
        report.failure.is_some() && report.status.rank() >= ReceiptStatus::Delivered.rank();
    if report.status.rank() <= before.rank && !late_trouble {
        return Ok(Applied { message, state: before.state, moved: false });
    }
    if matches!(before.state, MessageState::Cancelled | MessageState::Dismissed)
        || (before.state.rank() == 0 && before.state == MessageState::Suppressed)
    {
        note(tx, message, report.at, &step, detail.as_deref(), &report.source)?;
        return Ok(Applied { message, state: before.state, moved: false });
    }
    let mut after = before.clone();
    after.provider_id.get_or_insert_with(|| report.provider_id.clone());
    if let Some(failure) = &report.failure
        && failure.class == FailureClass::OptedOut
    {
        let (line, channel) = (before.connection, before.channel);
        hear(tx, line, channel, &before.recipient, false, &failure.code, report.at)?;
    }
    if report.status.rank() > before.rank {
        after.rank = report.status.rank();
        after.reason = None;
        after.due_at = None;
        // Until it has ended it is asked about on the schedule it has.
        let ended = report.status.rank() > ReceiptStatus::Sent.rank();
        after.look_at = match before.state {
            MessageState::Accepted | MessageState::Sent if !ended => before.look_at,
            _ if !ended => report.poll_at,
            _ => None,
        };
        match report.status {
            ReceiptStatus::Accepted => after.state = MessageState::Accepted,
            ReceiptStatus::Sent => after.state = MessageState::Sent,
            ReceiptStatus::Delivered => after.state = MessageState::Delivered,
            ReceiptStatus::Read => after.state = MessageState::Read,
            ReceiptStatus::Failed => {
                let class = report.failure.as_ref().map(|failure| failure.class);
                let tried = before.counted.saturating_sub(1) as usize;
                let again_at = match is_taken_back(tx.db, &before)? {
                    true => None,
                    false => report.again_at.get(tried).copied(),
                };
                after.failure.clone_from(&report.failure);
                match (class, again_at) {
                    (Some(FailureClass::OptedOut), _) => after.state = MessageState::Suppressed,
                    // The provider gave up, and does not know whether it arrived: nor do we.
                    (Some(FailureClass::Unknown), _) => ask(&mut after),
                    (_, Some(at)) => {
                        after.state = MessageState::Queued;
                        after.due_at = Some(at);
                    }
                    (_, None) => {
                        after.state = MessageState::NeedsAttention;
                        if let (Some(failure), Some(remedy)) =
                            (&mut after.failure, report.last_remedy)
                        {
                            failure.remedy = remedy.into();
                        }
                    }
                }
            }
        }
        if report.status != ReceiptStatus::Failed {
            after.failure = None;
        }
        if after.due_at.is_some() {
            // A new try is a new conversation: its own key, its own provider id, its own ranks. Under
            // the old key a provider would only repeat its old answer.
            after.round += 1;
            after.tried_at = None;
            after.rank = 0;
            after.provider_id = None;
            spend_id(tx, message, &report.provider_id)?;
        }
    }
    if late_trouble {
        after.failure.clone_from(&report.failure);
    }
    put(tx, &before, &mut after, report.at, Some((&step, detail.as_deref(), &report.source)))?;
    Ok(Applied { message, state: after.state, moved: true })
}

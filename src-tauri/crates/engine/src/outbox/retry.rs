//! Sending failed messages again, as a new round of the same message: rehearsed first when many
//! leave.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{Channel, ConnectionId, FailureClass, MessageId, MessageState, Pace};
use signalbox_store::{Chosen, MessageRow};

use crate::core::Core;
use crate::outbox::decisions::{LISTED, SLICE, Skipped, told};
use crate::outbox::enqueue::wake;
use crate::outbox::which::{Which, rows_of};
use crate::refusal::Refusal;

/// What a retry would do, or did.
#[derive(Debug, Clone, Default)]
pub struct Rehearsal {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Messages that would leave, or were queued.
    pub sending: usize,
    /// Those that would not, at most 200 of them.
    pub skipped: Vec<Skipped>,
    /// How many would not.
    pub skipped_count: usize,
    /// Per line: how many, and the span in which they leave at its pace.
    pub by_connection: Vec<Span>,
    /// Units of SMS among them.
    pub segments: Option<i64>,
}

/// When a line's share leaves.
#[derive(Debug, Clone)]
pub struct Span {
    /// Which line.
    pub connection: ConnectionId,
    /// How many.
    pub count: usize,
    /// When the first leaves; `None` while the line is blocked.
    pub starts_at: Option<DateTime<Utc>>,
    /// When the last leaves, by the line's pace.
    pub ends_at: Option<DateTime<Utc>>,
}

pub(crate) async fn retry(
    core: &Core,
    which: Which,
    dry_run: bool,
    actor: &str,
) -> Result<Rehearsal, Refusal> {
    let rows = rows_of(core, &which, None).await?;
    let now = core.now();
    let mut rehearsal = Rehearsal { dry_run, ..Rehearsal::default() };
    let mut leaving: Vec<MessageRow> = Vec::new();
    let suppressed = suppressed(core, &rows).await?;
    for row in rows {
        let opted_out =
            suppressed.get(&row.channel).is_some_and(|set| set.contains(&row.recipient));
        match why_not(core, &row, opted_out) {
            None => leaving.push(row),
            Some(why) => {
                rehearsal.skipped_count += 1;
                if rehearsal.skipped.len() < LISTED {
                    rehearsal.skipped.push(Skipped { id: row.id, to: row.recipient, why });
                }
            }
        }
    }
    rehearsal.by_connection = spans(core, &leaving, now);
    let sms: i64 =
        leaving.iter().filter(|row| row.channel == Channel::Sms).map(|row| row.units).sum();
    rehearsal.segments = (sms > 0).then_some(sms);
    rehearsal.sending = leaving.len();
    if dry_run {
        return Ok(rehearsal);
    }
    rehearsal.sending = 0;
    for channel in Channel::ALL {
        // A failed message is useful again for as long as a new one of its channel would be, and
        // all of them for equally long, however many slices they are committed in.
        let until = (now + channel.default_useful_for()).timestamp_millis();
        let ids: Vec<MessageId> =
            leaving.iter().filter(|row| row.channel == *channel).map(|row| row.id).collect();
        for slice in ids.chunks(SLICE) {
            let (ids, actor) = (slice.to_vec(), actor.to_owned());
            let at = now.timestamp_millis();
            let count = core.store.decide(ids, Chosen::Again, Some(until), actor, at).await?;
            rehearsal.sending += count.changed;
        }
    }
    for span in &rehearsal.by_connection {
        if let Some(line) = core.line(span.connection) {
            wake(core, &line);
        }
    }
    told(core);
    Ok(rehearsal)
}

/// Who of the recipients does not want to be written to, by channel.
async fn suppressed(
    core: &Core,
    rows: &[MessageRow],
) -> Result<HashMap<Channel, HashSet<String>>, Refusal> {
    let mut suppressed = HashMap::new();
    for channel in Channel::ALL {
        let addresses = rows
            .iter()
            .filter(|row| row.channel == *channel)
            .map(|row| row.recipient.clone())
            .collect();
        let found = core.store.suppressed_among(*channel, addresses).await?;
        suppressed.insert(*channel, found.into_iter().collect());
    }
    Ok(suppressed)
}

fn why_not(core: &Core, row: &MessageRow, opted_out: bool) -> Option<String> {
    if opted_out {
        return Some("opted out".into());
    }
    match core.line(row.connection) {
        None => return Some("its line was removed".into()),
        Some(line) if line.adapter().is_none() => return Some("its line cannot be opened".into()),
        Some(_) => {}
    }
    match row.state {
        MessageState::NeedsAttention
        | MessageState::Expired
        | MessageState::Dismissed
        | MessageState::Cancelled => {}
        MessageState::Unknown => return Some("its outcome is unknown: resolve it first".into()),
        state => return Some(format!("it is {state}")),
    }
    match row.failure.as_ref().map(|failure| failure.class) {
        Some(FailureClass::OptedOut) => Some("opted out".into()),
        _ => None,
    }
}

fn spans(core: &Core, leaving: &[MessageRow], now: DateTime<Utc>) -> Vec<Span> {
    let mut by_line: BTreeMap<ConnectionId, (usize, TimeDelta)> = BTreeMap::new();
    for row in leaving {
        let pace = core.line(row.connection).map_or(Pace::UNLIMITED, |line| line.limits().pace);
        let entry = by_line.entry(row.connection).or_insert((0, TimeDelta::zero()));
        entry.0 += 1;
        entry.1 += pace.cost(row.units, row.batch.is_some());
    }
    by_line
        .into_iter()
        .map(|(connection, (count, cost))| {
            let block = core.line(connection).and_then(|line| line.block(now));
            let starts_at = match block {
                None => Some(now),
                Some(block) => block.until,
            };
            Span { connection, count, starts_at, ends_at: starts_at.map(|at| at + cost) }
        })
        .collect()
}

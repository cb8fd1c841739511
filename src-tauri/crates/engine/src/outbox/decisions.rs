//! What people decide about messages, for one or for thousands, rehearsed first when many leave.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{Channel, ConnectionId, FailureClass, HoldReason, MessageId, MessageState};
use signalbox_store::{Chosen, Cursor, MessageRow, PageRequest, Stream};

use crate::core::Core;
use crate::event::Tag;
use crate::outbox::enqueue::wake;
use crate::refusal::{Refusal, RefusalKind};

/// Messages decided on in one commit.
const SLICE: usize = 200;
/// Messages one decision may reach; beyond it the person is asked to decide again.
const MOST: usize = 1_000_000;
/// Skipped messages that are listed one by one.
const LISTED: usize = 200;

/// Which messages a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// These.
    Ids(Vec<MessageId>),
    /// All of one cause.
    Cause(CauseKey),
}

/// A cause: one line, one failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CauseKey {
    /// Which line.
    pub connection: ConnectionId,
    /// The failure's number.
    pub failure: i64,
}

impl std::fmt::Display for CauseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.connection, self.failure)
    }
}

impl std::str::FromStr for CauseKey {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let parsed = text.split_once('-').and_then(|(connection, failure)| {
            Some(Self { connection: connection.parse().ok()?, failure: failure.parse().ok()? })
        });
        parsed.ok_or_else(|| {
            Refusal::invalid(
                "cause",
                "invalid_cause",
                format!("`{text}` is no cause"),
                "Take it from the list of causes",
            )
        })
    }
}

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

/// A message that a decision passes over.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// Which message.
    pub id: MessageId,
    /// To whom.
    pub to: String,
    /// Why.
    pub why: String,
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
    let rows =
        rows_of(core, &which, &[MessageState::NeedsAttention, MessageState::Expired]).await?;
    let now = core.now();
    let mut rehearsal = Rehearsal { dry_run, ..Rehearsal::default() };
    let mut leaving: Vec<MessageRow> = Vec::new();
    let addresses = |channel: Channel| {
        rows.iter()
            .filter(|row| row.channel == channel)
            .map(|row| row.recipient.clone())
            .collect::<Vec<_>>()
    };
    let mut suppressed: HashMap<Channel, Vec<String>> = HashMap::new();
    for channel in Channel::ALL {
        suppressed
            .insert(*channel, core.store.suppressed_among(*channel, addresses(*channel)).await?);
    }
    for row in rows {
        let opted_out =
            suppressed.get(&row.channel).is_some_and(|list| list.contains(&row.recipient));
        match why_not(core, &row, opted_out, now) {
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
    for slice in leaving.chunks(SLICE) {
        let ids = slice.iter().map(|row| row.id).collect();
        // A failed message is useful again for as long as a new one of its channel would be.
        let until = slice.iter().map(|row| now + row.channel.default_useful_for()).min();
        let until = until.map(|at| at.timestamp_millis());
        let count = core
            .store
            .decide(ids, Chosen::Again, until, actor.to_owned(), now.timestamp_millis())
            .await?;
        rehearsal.sending += count.changed;
    }
    for span in &rehearsal.by_connection {
        if let Some(line) = core.line(span.connection) {
            wake(core, &line);
        }
    }
    told(core);
    Ok(rehearsal)
}

fn why_not(core: &Core, row: &MessageRow, opted_out: bool, now: DateTime<Utc>) -> Option<String> {
    let _ = now;
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
        let pace = core
            .line(row.connection)
            .map_or(signalbox_domain::Pace::UNLIMITED, |line| line.limits().pace);
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

pub(crate) async fn decide(
    core: &Core,
    which: Which,
    chosen: Chosen,
    actor: &str,
) -> Result<(usize, Vec<Skipped>), Refusal> {
    let states: &[MessageState] = match chosen {
        Chosen::Undismiss => &[MessageState::Dismissed],
        _ => &[MessageState::NeedsAttention],
    };
    let rows = rows_of(core, &which, states).await?;
    let now = core.now_ms();
    let (mut changed, mut refused) = (0, Vec::new());
    for slice in rows.chunks(SLICE) {
        let ids = slice.iter().map(|row| row.id).collect();
        let count = core.store.decide(ids, chosen.clone(), None, actor.to_owned(), now).await?;
        changed += count.changed;
        for (id, state) in count.refused.into_iter().take(LISTED.saturating_sub(refused.len())) {
            let to = slice.iter().find(|row| row.id == id).map(|row| row.recipient.clone());
            refused.push(Skipped { id, to: to.unwrap_or_default(), why: format!("it is {state}") });
        }
    }
    for line in rows.iter().map(|row| row.connection).collect::<std::collections::BTreeSet<_>>() {
        if let Some(line) = core.line(line) {
            wake(core, &line);
        }
    }
    told(core);
    Ok((changed, refused))
}

fn told(core: &Core) {
    core.events.changed(&[Tag::Messages, Tag::Causes, Tag::Connections, Tag::Batches]);
    core.index.notify_one();
    core.look.notify_one();
}

async fn rows_of(
    core: &Core,
    which: &Which,
    states: &[MessageState],
) -> Result<Vec<MessageRow>, Refusal> {
    match which {
        Which::Ids(ids) => {
            let rows = core.store.rows(ids.clone()).await?;
            if rows.len() < ids.len() && ids.len() == 1 {
                return Err(Refusal::not_found("message"));
            }
            Ok(rows)
        }
        Which::Cause(cause) => {
            let streams = states
                .iter()
                .filter(|state| matches!(state, MessageState::NeedsAttention))
                .map(|state| Stream::Cause(cause.connection, cause.failure, *state))
                .collect();
            all(core, streams, Vec::new()).await
        }
    }
}

/// Everything in some streams, page by page.
pub(crate) async fn all(
    core: &Core,
    streams: Vec<Stream>,
    reasons: Vec<HoldReason>,
) -> Result<Vec<MessageRow>, Refusal> {
    let mut rows: Vec<MessageRow> = Vec::new();
    let mut request =
        PageRequest { streams, cursor: None, from: 0, until: i64::MAX, reasons, limit: 1_000 };
    loop {
        let page = core.store.page(request.clone()).await?;
        request.cursor = page.rows.last().map(|row| Cursor::After(row.id));
        let more = page.older;
        rows.extend(page.rows);
        if !more {
            // Oldest first: that is the order in which they leave.
            rows.reverse();
            return Ok(rows);
        }
        if rows.len() > MOST {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                "too_many",
                "This reaches more than a million messages at once",
                "Choose fewer, by line or by cause",
            ));
        }
    }
}

/// What is to be released.
#[derive(Debug, Clone, Default)]
pub struct ReleaseRequest {
    /// Only of this line.
    pub connection: Option<ConnectionId>,
    /// Only those held for this.
    pub reason: Option<HoldReason>,
    /// Only these.
    pub ids: Vec<MessageId>,
    /// Change nothing.
    pub dry_run: bool,
}

/// What was released.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Released {
    /// They leave now, or would.
    pub released: usize,
    /// They are not useful any more.
    pub expired: usize,
    /// Their outcome is unknown; each needs its own answer.
    pub asked: usize,
}

pub(crate) async fn release(
    core: &Core,
    request: ReleaseRequest,
    actor: &str,
) -> Result<Released, Refusal> {
    let rows = match request.ids.is_empty() {
        false => core.store.rows(request.ids.clone()).await?,
        true => {
            let lines = match request.connection {
                Some(id) => vec![id],
                None => core.lines().iter().map(|line| line.id()).collect(),
            };
            let streams =
                lines.into_iter().map(|id| Stream::Shelf(id, MessageState::Held)).collect();
            all(core, streams, request.reason.into_iter().collect()).await?
        }
    };
    let now = core.now_ms();
    let mut released = Released::default();
    let mut leaving = Vec::new();
    for row in rows {
        match row.state {
            MessageState::Unknown => released.asked += 1,
            MessageState::Held if row.useful_until <= now => released.expired += 1,
            MessageState::Held => leaving.push(row.id),
            _ => {}
        }
    }
    released.released = leaving.len();
    if !request.dry_run {
        released.released = decide(core, Which::Ids(leaving), Chosen::Release, actor).await?.0;
    }
    Ok(released)
}

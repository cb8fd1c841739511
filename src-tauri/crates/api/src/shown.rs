//! Messages as they are shown: work that is queued on a blocked line is shown as held.
//!
//! The store keeps such messages as queued, so that a line that comes back need not touch them;
//! every door sees the reason instead.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use signalbox_domain::zone::Zone;
use signalbox_domain::{Channel, ConnectionId, HoldReason, MessageState};
use signalbox_engine::CauseKey;
use signalbox_store::{AttemptRow, MessageRow, MessageWhole};

use crate::shapes::instant::At;
use crate::shapes::message::{
    AttemptEntry, AttemptOutcome, Hold, Message, MessageDetail, TimelineEntry,
};
use crate::wording::line::{has_receipts, title};
use crate::wording::next::{Ahead, next};
use crate::{Api, ApiError};

/// A line as its messages see it.
#[derive(Debug, Clone)]
pub(crate) struct LineNow {
    pub(crate) title: String,
    pub(crate) address: Option<String>,
    pub(crate) channel: Option<Channel>,
    pub(crate) receipts: bool,
    pub(crate) block: Option<(HoldReason, Option<DateTime<Utc>>)>,
}

/// The lines at one moment, those in use and those that shown messages still refer to.
#[derive(Debug, Clone)]
pub(crate) struct LinesNow {
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Zone,
    pub(crate) by_id: HashMap<ConnectionId, LineNow>,
}

impl LinesNow {
    /// The lines in use; reads nothing from disk.
    pub(crate) fn of(api: &Api) -> Self {
        let engine = api.engine();
        let now = engine.clock().now();
        let line = |line: std::sync::Arc<signalbox_engine::Line>| {
            let row = line.row();
            let shown = LineNow {
                title: title(&row.made.provider, &row.made.name),
                address: row.made.address,
                channel: row.made.channel,
                receipts: has_receipts(&row.made.provider),
                block: line.block(now).map(|block| (block.reason, block.until)),
            };
            (row.id, shown)
        };
        Self {
            now,
            zone: engine.settings().zone,
            by_id: engine.lines().into_iter().map(line).collect(),
        }
    }

    /// Adds lines that were removed but are still referred to.
    pub(crate) async fn complete(
        &mut self,
        api: &Api,
        ids: impl Iterator<Item = ConnectionId>,
    ) -> Result<(), ApiError> {
        for id in ids {
            if self.by_id.contains_key(&id) {
                continue;
            }
            let row = api.engine().store().connection(id).await?;
            let removed = LineNow {
                title: title(&row.made.provider, &row.made.name),
                address: row.made.address,
                channel: row.made.channel,
                receipts: has_receipts(&row.made.provider),
                block: None,
            };
            self.by_id.insert(id, removed);
        }
        Ok(())
    }

    /// Why nothing leaves by a line, and until when.
    pub(crate) fn block(&self, id: ConnectionId) -> Option<(HoldReason, Option<DateTime<Utc>>)> {
        self.by_id.get(&id)?.block
    }

    /// Where a message is shown to stand, and why it waits.
    pub(crate) fn standing(&self, row: &MessageRow) -> (MessageState, Option<Waits>) {
        match (row.state, row.reason) {
            (MessageState::Queued, _) => match self.block(row.connection) {
                Some(block) => (MessageState::Held, Some(block)),
                None => (MessageState::Queued, None),
            },
            (MessageState::Held, Some(reason)) => (
                MessageState::Held,
                Some((reason, row.due_at.and_then(DateTime::from_timestamp_millis))),
            ),
            (MessageState::Unknown, Some(HoldReason::Asked)) => {
                (MessageState::Unknown, Some((HoldReason::Asked, None)))
            }
            (state, _) => (state, None),
        }
    }

    /// A message as a list shows it.
    pub(crate) fn message(&self, row: MessageRow) -> Message {
        let (state, hold) = self.standing(&row);
        let line = self.by_id.get(&row.connection);
        let instant = |ms: Option<i64>| ms.and_then(DateTime::from_timestamp_millis);
        let ahead = Ahead {
            state,
            hold,
            due_at: instant(row.due_at),
            look_at: instant(row.look_at),
            failure: row.failure.as_ref(),
            line: line.map_or("its line", |line| &line.title),
            receipts: line.is_some_and(|line| line.receipts),
        };
        let next = next(&ahead, self.zone, self.now);
        Message {
            id: row.id,
            channel: row.channel,
            from: line.and_then(|line| line.address.clone()),
            connection: row.connection,
            state,
            hold: hold.map(|(reason, until)| Hold { reason, until: until.map(At::from) }),
            attempts: row.tries,
            created_at: At::ms(row.created_at),
            send_at: At::maybe(row.send_at),
            useful_until: At::ms(row.useful_until),
            updated_at: At::ms(row.updated_at),
            batch: row.batch,
            cause: CauseKey::of(&row).map(|key| key.to_string()),
            next,
            to: row.recipient,
            failure: row.failure,
            provider_id: row.provider_id,
            name: row.name,
        }
    }

    /// A message with everything known about it.
    pub(crate) fn detail(&self, whole: MessageWhole) -> MessageDetail {
        let timeline = timeline(&whole, |id| self.by_id.get(&id).map(|line| line.title.clone()));
        let segments = match whole.row.channel {
            Channel::Sms => Some(signalbox_domain::segments::segments(&whole.body).segments),
            Channel::Whatsapp | Channel::Email => None,
        };
        MessageDetail {
            timeline,
            segments,
            attempts_log: whole.attempts.iter().map(attempt).collect(),
            message: self.message(whole.row),
            body: whole.body,
            subject: whole.subject,
        }
    }
}

/// Why a message waits, and until when.
pub(crate) type Waits = (HoldReason, Option<DateTime<Utc>>);

/// An attempt as the log shows it.
pub(crate) fn attempt(row: &AttemptRow) -> AttemptEntry {
    let failure = row.failure.as_ref();
    let code = failure.map(|failure| failure.code.clone());
    AttemptEntry {
        id: format!("{}-{}", row.message, row.n),
        n: row.n,
        connection: row.connection,
        intent_at: At::ms(row.intent_at),
        ended_at: At::maybe(row.ended_at),
        outcome: outcome(row),
        class: failure.map(|failure| failure.class),
        http: row.http,
        code,
        took_ms: row.ended_at.map(|ended| (ended - row.intent_at).max(0)),
        detail: failure.map(|failure| failure.say.clone()),
    }
}

fn outcome(row: &AttemptRow) -> Option<AttemptOutcome> {
    match row.outcome {
        Some(1) => Some(AttemptOutcome::Accepted),
        Some(2) => Some(AttemptOutcome::Refused),
        // A code of a newer version is certainly not a success.
        Some(_) => Some(AttemptOutcome::Unknown),
        None => None,
    }
}

/// The order of what happened within one millisecond: what lets a message leave comes before the
/// attempt, what follows from the attempt after it.
fn rank(what: &str) -> u8 {
    match what {
        "queued" => 0,
        "retried" | "released" | "resolved:again" => 1,
        "intent" => 2,
        "accepted" | "refused" | "unknown" => 3,
        _ => 4,
    }
}

/// Everything that happened, in order of time; at one instant, in the order it must have happened.
fn timeline(
    whole: &MessageWhole,
    title: impl Fn(ConnectionId) -> Option<String>,
) -> Vec<TimelineEntry> {
    let entry = |at: i64, what: &str, detail: Option<String>, actor: &str| {
        (
            at,
            TimelineEntry {
                at: At::ms(at),
                what: what.to_owned(),
                detail,
                actor: actor.to_owned(),
            },
        )
    };
    let row = &whole.row;
    let mut all = vec![entry(row.created_at, "queued", None, &row.actor)];
    for attempt in &whole.attempts {
        all.push(entry(
            attempt.intent_at,
            "intent",
            Some(format!("Attempt {}", attempt.n)),
            "core",
        ));
        let Some(ended) = attempt.ended_at else { continue };
        let what = match outcome(attempt) {
            Some(AttemptOutcome::Accepted) => "accepted",
            Some(AttemptOutcome::Refused) => "refused",
            Some(AttemptOutcome::Unknown) | None => "unknown",
        };
        let detail = match &attempt.failure {
            Some(failure) => Some(format!("{}, {}", failure.say, failure.code)),
            None => Some(format!("{} ms", (ended - attempt.intent_at).max(0))),
        };
        all.push(entry(ended, what, detail, "provider"));
    }
    for step in &whole.timeline {
        // The store notes the line it moved on to by its id; a person knows its name.
        let moved_to = step.detail.as_deref().filter(|_| step.what == "rerouted");
        let named = moved_to.and_then(|id| title(id.parse().ok()?));
        all.push(entry(step.at, &step.what, named.or_else(|| step.detail.clone()), &step.actor));
    }
    all.sort_by_key(|(at, entry)| (*at, rank(&entry.what)));
    all.into_iter().map(|(_, entry)| entry).collect()
}

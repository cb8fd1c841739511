//! Asking what became of an accepted message.
//!
//! A desk has no public address by default, and a webhook that found it asleep is lost, so without
//! this a delivered message would be awaited for ever. Polls thin out: 15 s, 1 and 5 and 30 min, 2 h, then every 12 h until a day and a half.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{ConnectionId, ConnectionState};
use signalbox_providers::{Adapter, Found};
use signalbox_store::MessageRow;

use crate::core::Core;
use crate::line::Line;

const FIRST: TimeDelta = TimeDelta::seconds(15);
const FIRST_IF_PUSHED: TimeDelta = TimeDelta::minutes(30);
const WAITS: [TimeDelta; 5] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(12),
];
/// After this long a provider has nothing more to say.
const LAST: TimeDelta = TimeDelta::hours(36);

/// When a message that was accepted at `now` is asked about first (Unix ms). Where receipts are
/// pushed too they are nearly always faster; but one that came while this machine slept is lost.
pub(crate) fn first(now: DateTime<Utc>, pushed: bool) -> i64 {
    (now + if pushed { FIRST_IF_PUSHED } else { FIRST }).timestamp_millis()
}

/// Least time between two polls by one line.
const SPACING: Duration = Duration::from_millis(250);
/// The same while it sends: what a provider allows in a second is for the messages.
const WHILE_SENDING: Duration = Duration::from_secs(60);

/// The polls of one turn that found their line taken, by line: each waits one place longer.
pub(crate) type Queues = HashMap<ConnectionId, u32>;

/// Takes the line's place for one poll, or says when to come again (Unix ms).
pub(crate) fn place(core: &Core, line: &Line, queues: &mut Queues) -> Result<(), i64> {
    let now = core.now();
    if let Some(until) = line.cools_until(now) {
        return Err(until);
    }
    let shut = line.adapter().is_none()
        || line.is_offline()
        || line.lock_gate().breaker.is_open()
        || matches!(line.state(), ConnectionState::Reconnect | ConnectionState::Disabled);
    if shut {
        return Err((now + WAITS[1]).timestamp_millis());
    }
    let sending = line.in_flight() > 0 || line.due() <= now.timestamp_millis() + 1_000;
    let own = Duration::from_millis(u64::try_from(line.limits().pace.unit_ms).unwrap_or(0));
    let spacing = if sending { WHILE_SENDING } else { own.max(SPACING) };
    let at = core.clock.monotonic();
    let mut watch = line.lock_watch();
    if watch.next_poll <= at && !queues.contains_key(&line.id()) {
        watch.next_poll = at + spacing;
        queues.insert(line.id(), 0);
        return Ok(());
    }
    let before = queues.entry(line.id()).or_default();
    let wait = watch.next_poll.saturating_sub(at) + spacing * *before;
    *before += 1;
    Err((now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::zero())).timestamp_millis())
}

/// Asks once, and keeps what was found; false when the store could not.
pub(crate) async fn run(core: &Core, adapter: &Arc<dyn Adapter>, row: &MessageRow) -> bool {
    let now = core.now();
    let found = match &row.provider_id {
        Some(provider_id) => adapter.status(provider_id).await,
        None => None,
    };
    let since = since(row).unwrap_or(now);
    let again_at = again(row.looks, since, now);
    let report = match found {
        Some(Found::Yes { provider_id, status: Some(status), failure }) => {
            let provider = core.line(row.connection).map(|line| line.row().made.provider);
            let provider = provider.unwrap_or_default();
            Some(crate::receipts::report(&provider, provider_id, status, failure, "poll", now))
        }
        _ => None,
    };
    match core.store.polled(row.id, report, again_at).await {
        Ok(state) => {
            if state != row.state {
                core.events.message(row.id, state, now);
            }
            true
        }
        Err(error) => {
            tracing::warn!(%error, message = %row.id, "a poll could not be kept");
            false
        }
    }
}

/// Puts a poll off until `at` (Unix ms) while the line cannot ask, without making the polls rarer;
/// ends them when it is too late for an answer, or there is no line any more. False when the store
/// could not keep it.
pub(crate) async fn later(core: &Core, row: &MessageRow, at: Option<i64>) -> bool {
    let end = since(row).map(|since| (since + LAST).timestamp_millis());
    let at = at.filter(|at| end.is_none_or(|end| *at <= end));
    let kept = core.store.put_off_poll(row.id, at).await;
    if let Err(error) = &kept {
        tracing::warn!(%error, message = %row.id, "a poll could not be put off");
    }
    kept.is_ok()
}

/// When the provider took it over, or a moment before.
fn since(row: &MessageRow) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(row.tried_at.unwrap_or(row.created_at))
}

/// When to ask again after `polls` polls of a message accepted at `since`; `None` for never.
fn again(polls: u32, since: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let wait = WAITS[(polls as usize).min(WAITS.len() - 1)];
    (now + wait - since <= LAST).then(|| (now + wait).timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_thin_out_and_end_after_a_day_and_a_half() {
        let since = DateTime::UNIX_EPOCH;
        let (mut now, mut polls) = (since + FIRST, 0);
        while let Some(at) = again(polls, since, now) {
            now = DateTime::from_timestamp_millis(at).unwrap_or(now);
            polls += 1;
            assert!(polls < 20, "a poll that never ends is a leak");
        }
        assert_eq!(polls, 6);
        assert!(now - since <= LAST);
    }
}

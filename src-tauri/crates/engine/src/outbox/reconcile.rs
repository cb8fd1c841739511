//! Unknown outcomes: the provider is asked before anything is sent again.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::retry;
use signalbox_domain::{Failure, FailureClass, MessageId, MessageState};
use signalbox_providers::{Adapter, Found, Lost, Settle};
use signalbox_store::{LostMessage, Settlement};

use crate::core::Core;
use crate::line::Line;
use crate::outbox::attempt::letter_of;
use crate::outbox::poll;

const HANDFUL: usize = 16;
/// Until the store is tried again after it could not write.
const AGAIN_MS: i64 = 5_000;
/// Waits while the provider cannot be asked.
const SOON: TimeDelta = TimeDelta::seconds(30);
const SELDOM: TimeDelta = TimeDelta::minutes(5);
/// Longest that look-ups may go without an answer before a person is asked.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// The same for a message that is of no use any more: nothing is gained by waiting.
const LAST_PATIENCE: Duration = Duration::from_secs(120);
/// An intent further ahead than this was written by a clock that was set back since.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// Runs until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    loop {
        let next = turn(&core).await;
        if !core.wait(&core.look, next).await {
            return;
        }
    }
}

/// Looks at everything that is due once. Returns when the next look is due (Unix ms).
pub(crate) async fn turn(core: &Arc<Core>) -> Option<i64> {
    let mut queues = poll::Queues::new();
    loop {
        let (due, next) = match core.store.due_looks(core.now_ms(), HANDFUL).await {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(%error, "unknown outcomes could not be read");
                return Some(core.now_ms() + 1_000);
            }
        };
        if due.is_empty() {
            return next;
        }
        let looks = due.into_iter().map(|lost| {
            let is_poll = lost.row.state != MessageState::Unknown;
            let place = is_poll.then(|| {
                core.line(lost.row.connection).map(|line| poll::place(core, &line, &mut queues))
            });
            async move {
                match place {
                    Some(place) => poll(core, lost, place).await,
                    None => look(core, lost).await,
                }
            }
        });
        let kept = futures_util::future::join_all(looks).await;
        if kept.contains(&false) {
            // What was found could not be kept, so it is still due: asking at once would go on for ever.
            return Some(core.now_ms() + AGAIN_MS);
        }
        if core.stop.is_cancelled() {
            return None;
        }
    }
}

/// Accepted, and nobody told us since: the same index keeps when to ask. False as in [`look`].
async fn poll(core: &Arc<Core>, lost: LostMessage, place: Option<Result<(), i64>>) -> bool {
    let adapter = core.line(lost.row.connection).and_then(|line| line.adapter());
    match (place, adapter) {
        (Some(Ok(())), Some(adapter)) => poll::run(core, &adapter, &lost.row).await,
        (Some(Err(at)), _) => poll::later(core, &lost.row, Some(at)).await,
        // The line was removed, and with it whoever could have been asked.
        (Some(Ok(())) | None, _) => poll::later(core, &lost.row, None).await,
    }
}

/// Looks once; false when the store could not keep what was found.
async fn look(core: &Arc<Core>, lost: LostMessage) -> bool {
    let (id, n) = (lost.row.id, lost.row.tries);
    let settlement =
        match core.line(lost.row.connection).and_then(|line| line.adapter().map(|a| (line, a))) {
            // Cannot be opened without its credential: ask again later.
            None if core.line(lost.row.connection).is_some() => {
                Settlement::LookAgain { at: core.now_ms() + 60_000, missed: false }
            }
            // The line was removed, and with it whoever could have been asked.
            None => Settlement::Ask,
            Some((line, adapter)) => settlement(core, &line, &adapter, lost).await,
        };
    let now = core.now();
    match core.store.settle(id, n, settlement, now.timestamp_millis()).await {
        Ok(state) => {
            core.events.message(id, state, now);
            if let Some(line) = core
                .store
                .rows(vec![id])
                .await
                .ok()
                .and_then(|rows| rows.first().and_then(|row| core.line(row.connection)))
            {
                line.set_due(0);
            }
            core.dispatch.notify_one();
            core.index.notify_one();
            true
        }
        Err(error) => {
            tracing::error!(%error, message = %id, "a look-up could not be recorded");
            false
        }
    }
}

async fn settlement(
    core: &Core,
    line: &Line,
    adapter: &Arc<dyn Adapter>,
    lost: LostMessage,
) -> Settlement {
    let now = core.now();
    let looks = lost.row.looks;
    let first_try = lost.row.tried_at.map_or(lost.intent_at, |at| at.min(lost.intent_at));
    let intent_at = instant(lost.intent_at);
    match adapter.settle() {
        Settle::Ask => Settlement::Ask,
        Settle::SendAgainWithin(span) if now - instant(first_try) < span_of(span) => {
            if line.is_offline() || line.block(now).is_some() {
                return later(now, TimeDelta::seconds(15));
            }
            Settlement::SameKey {
                due_at: (now + again_after(lost.row.counted)).timestamp_millis(),
                good_until: (instant(first_try) + span_of(span)).timestamp_millis(),
            }
        }
        Settle::SendAgainWithin(_) | Settle::LookUp => {
            if line.is_offline() {
                // No answer of theirs is missing: we did not ask.
                answered(core, lost.row.id);
                return later(now, TimeDelta::seconds(15));
            }
            if let Some(at) = line.cools_until(now) {
                return Settlement::LookAgain { at, missed: false };
            }
            // An orphan of the last process is found at once, perhaps before the provider's list
            // shows it: the schedule runs from its intent, and three misses are needed all the same.
            let letter = letter_of(core, &lost.row, lost.subject, lost.body);
            // Any try of this round may be the one that was taken, and where our clock was set back
            // since, it was taken as much earlier.
            let set_back = TimeDelta::milliseconds(core.set_back.load(Ordering::SeqCst));
            let earliest = instant(first_try) - set_back;
            let found = adapter.find(&Lost { letter, intent_at: earliest, asked_at: now }).await;
            let found = match found {
                // Set back while nobody watched: when it was sent is not known, so an absence
                // from a search by time proves nothing.
                Found::No if earliest > now + AHEAD => Found::CannotTell(clock_was_set()),
                found => found,
            };
            let now = core.now();
            match found {
                Found::CannotTell(failure) => {
                    let patience = match instant(lost.row.useful_until) > now {
                        true => PATIENCE,
                        false => LAST_PATIENCE,
                    };
                    let silent = silent_for(core, lost.row.id);
                    let settlement = unanswered(&failure, silent, patience, intent_at, now);
                    if matches!(settlement, Settlement::Ask) {
                        answered(core, lost.row.id);
                    }
                    settlement
                }
                found => {
                    answered(core, lost.row.id);
                    judge(found, looks, intent_at, now)
                }
            }
        }
    }
}

/// How long look-ups of a message have got no answer by now.
fn silent_for(core: &Core, message: MessageId) -> Duration {
    let now = core.clock.monotonic();
    let mut unanswered = core.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
    now.saturating_sub(*unanswered.entry(message).or_insert(now))
}

fn answered(core: &Core, message: MessageId) {
    core.unanswered.lock().unwrap_or_else(PoisonError::into_inner).remove(&message);
}

/// What follows when a provider could not be asked: not a miss, for an hour of silence proves
/// nothing; but whoever turns the question itself away will not answer it later either, and a
/// doubt is not left alone for ever. A dead credential is left its time: signing in again settles
/// the doubt without anybody having to decide.
fn unanswered(
    failure: &Failure,
    silent: Duration,
    patience: Duration,
    intent_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Settlement {
    tracing::info!(code = %failure.code, "an outcome could not be looked up");
    let turned_away = matches!(failure.class, FailureClass::Admin | FailureClass::Permanent);
    if turned_away || silent >= patience {
        return Settlement::Ask;
    }
    later(now, if now - intent_at < TimeDelta::minutes(10) { SOON } else { SELDOM })
}

fn later(now: DateTime<Utc>, wait: TimeDelta) -> Settlement {
    Settlement::LookAgain { at: (now + wait).timestamp_millis(), missed: false }
}

/// What a look-up's answer means after `looks` earlier misses.
fn judge(found: Found, looks: u32, intent_at: DateTime<Utc>, now: DateTime<Utc>) -> Settlement {
    let again = (now + retry::next_look(looks + 1)).timestamp_millis();
    // Three misses that span two minutes prove an absence; a provider's list may lag by one.
    let last = looks + 1 >= 3 && now - intent_at >= retry::LOOKS[2];
    let miss = |detail| match last {
        true => Settlement::SendAgain { due_at: now.timestamp_millis(), detail },
        false => Settlement::LookAgain { at: again, missed: true },
    };
    match found {
        Found::Yes { provider_id, status, failure } => {
            let candidates = vec![(provider_id, status, failure)];
            let or_look_at = (!last).then_some(again);
            Settlement::Found { candidates, doubtful: Vec::new(), or_look_at }
        }
        Found::Candidates(list) if list.is_empty() => miss("the provider does not have it"),
        Found::Candidates(list) => {
            let (same, other): (Vec<_>, Vec<_>) = list.into_iter().partition(|c| c.same_text);
            let candidates =
                same.into_iter().map(|c| (c.provider_id, c.status, c.failure)).collect();
            let doubtful = other.into_iter().map(|c| c.provider_id).collect();
            Settlement::Found { candidates, doubtful, or_look_at: (!last).then_some(again) }
        }
        Found::No => miss("the provider does not have it"),
        // See `unanswered`; whatever it is, it proves nothing.
        Found::CannotTell(_) => later(now, SELDOM),
    }
}

/// How long to wait before the same key is used again.
fn again_after(counted: u32) -> TimeDelta {
    match retry::next(signalbox_domain::FailureClass::Deferred, counted.max(1), 0.5) {
        retry::Next::After(wait) => wait,
        retry::Next::GiveUp => retry::LONGEST_WAIT,
    }
}

fn clock_was_set() -> Failure {
    Failure::new(
        FailureClass::Permanent,
        "clock",
        "The clock of this computer was set back after it was sent",
        "Look at the provider whether it is there",
    )
}

fn span_of(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}

fn instant(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn at(seconds: i64) -> DateTime<Utc> {
        START + TimeDelta::seconds(seconds)
    }

    #[test]
    fn only_the_third_miss_over_two_minutes_sends_again() {
        assert!(matches!(judge(Found::No, 0, START, at(5)), Settlement::LookAgain { .. }));
        assert!(matches!(judge(Found::No, 1, START, at(30)), Settlement::LookAgain { .. }));
        assert!(matches!(judge(Found::No, 2, START, at(119)), Settlement::LookAgain { .. }));
        assert!(matches!(judge(Found::No, 2, START, at(120)), Settlement::SendAgain { .. }));
    }

    #[test]
    fn a_provider_that_cannot_be_asked_proves_nothing_however_often() {
        let said = |class, silent| {
            let failure = Failure::new(class, "connect", "x", "y");
            unanswered(&failure, Duration::from_secs(silent), PATIENCE, START, at(60))
        };
        for class in [FailureClass::Transient, FailureClass::RateLimited, FailureClass::Auth] {
            for silent in [0, 60, 3_599] {
                let again = said(class, silent);
                assert!(matches!(again, Settlement::LookAgain { missed: false, .. }), "{class:?}");
            }
            assert!(matches!(said(class, 3_600), Settlement::Ask), "{class:?}");
        }
        for class in [FailureClass::Admin, FailureClass::Permanent] {
            assert!(matches!(said(class, 0), Settlement::Ask), "{class:?}");
        }
        let failure = Failure::new(FailureClass::Transient, "connect", "x", "y");
        let told = judge(Found::CannotTell(failure), 50, START, at(3_600));
        assert!(matches!(told, Settlement::LookAgain { missed: false, .. }));
    }
}

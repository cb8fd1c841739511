//! The dispatcher: one loop that claims what is due, fairly across lines, and starts attempts.
//!
//! It is woken by commits and by timers; it never polls.

use std::sync::Arc;

use signalbox_domain::breaker::Permit;
use signalbox_providers::Settle;
use signalbox_store::{ClaimRequest, ClaimedMessage, Finish, Then};

use crate::core::Core;
use crate::line::Line;
use crate::outbox::attempt;

/// Most messages claimed for one line in one turn, so that one long queue cannot keep the others
/// waiting for its commit.
const HANDFUL: usize = 64;
/// "When something happens".
const NEVER: i64 = i64::MAX;

/// Runs until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    loop {
        let next = turn(&core).await;
        let until = (next != NEVER).then_some(next);
        if !core.wait(&core.dispatch, until).await {
            return;
        }
    }
}

/// Claims for every line that is due once. Returns when the next one is due (Unix ms).
pub(crate) async fn turn(core: &Arc<Core>) -> i64 {
    let mut next = NEVER;
    for line in core.lines() {
        if line.due() <= core.now_ms() && !core.stop.is_cancelled() {
            // Cleared before the claim: whatever is committed during it sets it again.
            line.set_due(NEVER);
            line.due_by(claim(core, &line).await);
        }
        next = next.min(line.due());
    }
    next
}

/// Claims for one line. Returns when to ask again.
async fn claim(core: &Arc<Core>, line: &Arc<Line>) -> i64 {
    let now = core.now();
    let now_ms = now.timestamp_millis();
    let Some(adapter) = line.adapter() else { return NEVER };
    if !line.state().may_send() || line.is_offline() {
        // A change of the line or of the network makes it due again.
        return NEVER;
    }
    let limits = adapter.limits();
    let room = limits.concurrency.saturating_sub(line.in_flight()).min(HANDFUL);
    if room == 0 {
        // The end of an attempt makes it due again.
        return NEVER;
    }
    let (limit, breaker) = {
        let mut gate = line.lock_gate();
        if let Some(until) = gate.cool_until.filter(|until| *until > now_ms) {
            // A clock set back must not silence a line for longer than a provider ever asks.
            return until.min(now_ms + 24 * 3_600_000);
        }
        match gate.breaker.permit(now) {
            Permit::Go => (room, None),
            Permit::Trial => (1, serde_json::to_string(&gate.breaker).ok()),
            Permit::Wait(until) => return until.timestamp_millis(),
            Permit::TrialInFlight => return NEVER,
        }
    };
    let on_trial = breaker.is_some();
    let settings = core.settings();
    let quiet_until = settings
        .allowed_hours
        .as_ref()
        .filter(|hours| !hours.is_allowed(now, settings.zone))
        .map(|hours| hours.next_allowed(now, settings.zone).timestamp_millis());
    let request = ClaimRequest {
        connection: line.id(),
        limit,
        pace: limits.pace,
        quiet_until,
        one_open_per_recipient: adapter.settle() == Settle::LookUp,
        breaker,
        boot: core.store.boot(),
        now: now_ms,
    };
    let claimed = match core.store.claim(request).await {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::error!(%error, connection = %line.id(), "nothing could be claimed");
            if on_trial {
                line.lock_gate().breaker.abandon_trial(now);
            }
            return now_ms + 1_000;
        }
    };
    for (id, state) in &claimed.moved {
        core.events.message(*id, *state, now);
    }
    if on_trial && claimed.messages.is_empty() {
        // Nothing to try it with; the checks close the breaker instead.
        line.lock_gate().breaker.abandon_trial(now);
        crate::health::hurry(core, line);
    }
    for message in claimed.messages {
        if core.stop.is_cancelled() {
            // Claimed in the moment of stopping: it has not begun, and leaves after the next start.
            give_back(core, message, now_ms).await;
            continue;
        }
        line.took_off();
        core.events.message(message.row.id, message.row.state, now);
        let run = attempt::run(core.clone(), line.clone(), adapter.clone(), message);
        core.attempts.spawn(run);
    }
    claimed.next.unwrap_or(NEVER)
}

async fn give_back(core: &Core, message: ClaimedMessage, now: i64) {
    let finish = Finish {
        message: message.row.id,
        n: message.n,
        failure: message.row.failure,
        provider_id: message.row.provider_id,
        http: None,
        then: Then::Retry { due_at: now, counted: false },
        gate: None,
        line: None,
        poll_at: None,
        now,
    };
    if let Err(error) = core.store.finish(finish).await {
        tracing::warn!(%error, "a message could not be given back; its outcome is looked up later");
    }
}

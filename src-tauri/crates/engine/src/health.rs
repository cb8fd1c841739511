//! Health, first form: each line is probed on its own jittered schedule, and what was found is
//! kept. Being offline ourselves blames no line.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use signalbox_domain::breaker::Verdict;
use signalbox_domain::{CheckOutcome, ConnectionState, Failure, FailureClass, Signal};
use signalbox_providers::{Adapter, ProbeOutcome};
use signalbox_store::{CheckRow, LineChange};

use crate::core::{Core, jitter};
use crate::event::Tag;
use crate::line::Line;
use crate::outbox::attempt::{tell_closed, tell_opened};

/// Between two checks of a line that is well: 60 of them fill two hours on the strip.
const EVERY: TimeDelta = TimeDelta::minutes(2);
/// Between two checks of a line that is not.
const SOON: TimeDelta = TimeDelta::seconds(30);
/// Between two checks of a line whose credential is refused: repeated failures lock accounts.
const SELDOM: TimeDelta = TimeDelta::minutes(15);
/// An answer later than this is late.
const SLOW_MS: i64 = 2_000;
/// Longest a check may take.
const LONGEST: Duration = Duration::from_secs(45);
/// Checks that have to agree before the lamp changes.
const AGREE: u32 = 2;

/// Runs until the engine stops.
pub(crate) async fn run(core: Arc<Core>) {
    loop {
        let next = turn(&core).await;
        if !core.wait(&core.check, next).await {
            return;
        }
    }
}

/// Starts every check that is due. Returns when the next one is (Unix ms).
pub(crate) async fn turn(core: &Arc<Core>) -> Option<i64> {
    let now = core.now();
    let mut next = None::<i64>;
    for line in core.lines() {
        if !is_checked(&line) {
            continue;
        }
        let due = line.lock_watch().next_check;
        match due {
            Some(at) if at > now => {
                next = Some(next.map_or(at.timestamp_millis(), |n| n.min(at.timestamp_millis())));
            }
            _ => {
                if line.lock_watch().checking {
                    continue;
                }
                let (core, line) = (core.clone(), line.clone());
                core.clone().loops.spawn(async move {
                    check(&core, &line).await;
                });
            }
        }
    }
    next
}

/// A line that a person switched off is left alone, and so is a mail server that refused the
/// password: repeated tries lock accounts.
fn is_checked(line: &Line) -> bool {
    let Some(adapter) = line.adapter() else { return false };
    match line.state() {
        ConnectionState::Disabled | ConnectionState::Paused => false,
        ConnectionState::Reconnect => !adapter.locks_out(),
        _ => true,
    }
}

/// Asks for a check at once.
pub(crate) fn hurry(core: &Core, line: &Line) {
    line.lock_watch().next_check = Some(core.now());
    core.check.notify_one();
}

/// Takes over what earlier checks found, after a start.
pub(crate) fn remember(line: &Line, checks: &[CheckRow]) {
    let mut watch = line.lock_watch();
    let last = checks.iter().rev().find(|check| check.outcome != CheckOutcome::Offline);
    watch.reachable = last.map(reached);
    watch.slow = last.is_some_and(|check| check.outcome == CheckOutcome::Slow);
}

/// Whoever turns a credential away was reached. Else a line would stay unknown after it has been signed in again.
fn reached(check: &CheckRow) -> bool {
    let class = check.failure.as_ref().map(|failure| failure.class);
    check.outcome != CheckOutcome::Failed
        || matches!(class, Some(FailureClass::Auth | FailureClass::Admin))
}

/// Probes once, and not for ever.
pub(crate) async fn ask(core: &Core, adapter: &dyn Adapter) -> ProbeOutcome {
    tokio::select! {
        outcome = adapter.probe() => outcome,
        () = core.clock.sleep(LONGEST) => ProbeOutcome::Failed(no_answer()),
    }
}

/// Checks a line now and keeps what was found.
pub(crate) async fn check(core: &Arc<Core>, line: &Arc<Line>) -> Option<CheckRow> {
    let adapter = line.adapter()?;
    line.lock_watch().checking = true;
    let started = core.clock.monotonic();
    let outcome = tokio::select! {
        outcome = ask(core, adapter.as_ref()) => outcome,
        () = core.stop.cancelled() => {
            line.lock_watch().checking = false;
            return None;
        }
    };
    let took = i64::try_from((core.clock.monotonic() - started).as_millis()).unwrap_or(i64::MAX);
    Some(found(core, line, outcome, took).await)
}

/// Keeps what a probe of a line found, and what follows from it.
pub(crate) async fn found(
    core: &Arc<Core>,
    line: &Arc<Line>,
    outcome: ProbeOutcome,
    took_ms: i64,
) -> CheckRow {
    let now = core.now();
    let at = now.timestamp_millis();
    if matches!(outcome, ProbeOutcome::Passed { .. }) {
        core.saw_outside(line).await;
    }
    let check = match &outcome {
        ProbeOutcome::Passed { .. } => CheckRow {
            at,
            outcome: if took_ms > SLOW_MS { CheckOutcome::Slow } else { CheckOutcome::Answered },
            latency_ms: Some(took_ms),
            failure: None,
        },
        ProbeOutcome::Failed(failure) => {
            let offline = core.is_offline_after(line, failure).await;
            let outcome = if offline { CheckOutcome::Offline } else { CheckOutcome::Failed };
            CheckRow { at, outcome, latency_ms: Some(took_ms), failure: Some(failure.clone()) }
        }
    };
    schedule(core, line, &check);
    if let Err(error) = core.store.keep_check(line.id(), check.clone()).await {
        tracing::warn!(%error, connection = %line.id(), "a check could not be kept");
    }
    if let ProbeOutcome::Passed { quota: Some(quota), .. } = &outcome {
        let seen = serde_json::json!({
            "left": quota.left, "of": quota.of, "per_seconds": quota.per_seconds
        });
        if let Err(error) = core.store.note_good(line.id(), Some(seen.to_string()), at).await {
            tracing::warn!(%error, "headroom could not be kept");
        }
    }
    if check.outcome != CheckOutcome::Offline {
        settle_state(core, line, &outcome).await;
        settle_breaker(core, line, &outcome).await;
    }
    if let Ok(row) = core.store.connection(line.id()).await {
        line.update_row(row);
    }
    core.events.changed(&[Tag::Health, Tag::Connections]);
    check
}

/// Moves the lamp only when two checks agree, and plans the next one.
fn schedule(core: &Core, line: &Line, check: &CheckRow) {
    let mut watch = line.lock_watch();
    watch.checking = false;
    let good = matches!(check.outcome, CheckOutcome::Answered | CheckOutcome::Slow);
    let class = check.failure.as_ref().map(|failure| failure.class);
    let reached = reached(check);
    if check.outcome != CheckOutcome::Offline {
        match watch.reachable {
            None => watch.reachable = Some(reached),
            Some(now) if now == reached => watch.against = 0,
            Some(_) => {
                watch.against += 1;
                if watch.against >= AGREE {
                    watch.reachable = Some(reached);
                    watch.against = 0;
                }
            }
        }
        watch.slow = check.outcome == CheckOutcome::Slow;
    }
    let wait = match (good, class) {
        (true, _) => EVERY,
        (false, Some(FailureClass::Auth | FailureClass::Admin)) => SELDOM,
        (false, _) => SOON,
    };
    let spread = 0.9 + 0.2 * jitter();
    let ms = (wait.num_milliseconds() as f64 * spread) as i64;
    watch.next_check = Some(core.now() + TimeDelta::milliseconds(ms));
    drop(watch);
    core.check.notify_one();
}

/// A probe proves a credential, or that it is dead; a time-out proves neither.
async fn settle_state(core: &Arc<Core>, line: &Arc<Line>, outcome: &ProbeOutcome) {
    let name = line.name();
    let (state, failure, signal, say, only_from) = match outcome {
        ProbeOutcome::Passed { .. } => (
            ConnectionState::Active,
            None,
            Signal::Clear,
            format!("{name} works"),
            vec![ConnectionState::Pending, ConnectionState::Reconnect, ConnectionState::Admin],
        ),
        ProbeOutcome::Failed(failure) => {
            let state = match failure.class {
                FailureClass::Auth => ConnectionState::Reconnect,
                FailureClass::Admin => ConnectionState::Admin,
                _ => return,
            };
            let from =
                vec![ConnectionState::Pending, ConnectionState::Active, ConnectionState::Degraded];
            (state, Some(failure.clone()), Signal::Danger, format!("{name}: {}", failure.say), from)
        }
    };
    if !only_from.contains(&line.state()) {
        return;
    }
    // A check cannot see what a message was refused for, so the rest ends with its time; what then
    // leaves first is the trial.
    let now = core.clock.monotonic();
    if line.state() == ConnectionState::Admin
        && line.lock_watch().rest.is_some_and(|rest| !rest.is_over(now))
    {
        return;
    }
    let change = LineChange {
        connection: line.id(),
        state,
        detail: failure.as_ref().map(|failure| failure.code.clone()),
        failure,
        signal,
        say,
        actor: "check".into(),
        only_from,
        at: core.now_ms(),
    };
    match core.store.change_line(change).await {
        Ok(true) => core.refresh_line(line.id()).await,
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "a line's state could not be kept"),
    }
}

/// A line that answers again need not wait for its breaker's next try.
async fn settle_breaker(core: &Arc<Core>, line: &Arc<Line>, outcome: &ProbeOutcome) {
    if !matches!(outcome, ProbeOutcome::Passed { .. }) {
        return;
    }
    let closed = {
        let mut gate = line.lock_gate();
        let closed =
            gate.breaker.is_open() && gate.breaker.succeeded(core.now()) == Verdict::Closed;
        closed.then(|| gate.clone())
    };
    if let Some(gate) = closed {
        if let Err(error) = core.store.keep_gate(gate).await {
            tracing::warn!(%error, "a gate could not be kept");
        }
        tell_closed(core, line).await;
        line.set_due(0);
        core.dispatch.notify_one();
    }
}

/// The probe that a breaker wants before it opens: if it passes, the messages are at fault.
pub(crate) async fn probe_for_breaker(
    core: &Arc<Core>,
    line: &Arc<Line>,
    adapter: &Arc<dyn Adapter>,
) {
    let outcome = tokio::select! {
        outcome = adapter.probe() => outcome,
        () = core.clock.sleep(LONGEST) => ProbeOutcome::Failed(no_answer()),
    };
    let offline = match &outcome {
        ProbeOutcome::Passed { .. } => {
            core.saw_outside(line).await;
            false
        }
        ProbeOutcome::Failed(failure) => core.is_offline_after(line, failure).await,
    };
    let passed = matches!(outcome, ProbeOutcome::Passed { .. });
    let (verdict, gate) = {
        let mut gate = line.lock_gate();
        let verdict = match offline {
            // Nobody was asked, so nobody is to blame.
            true => gate.breaker.abandon_probe(),
            false => gate.breaker.probed(passed, core.now()),
        };
        (verdict, gate.clone())
    };
    if let Err(error) = core.store.keep_gate(gate).await {
        tracing::warn!(%error, "a gate could not be kept");
    }
    match verdict {
        Verdict::Opened(until) => tell_opened(core, line, until).await,
        Verdict::Closed => tell_closed(core, line).await,
        _ => {}
    }
    settle_state(core, line, &outcome).await;
    hurry(core, line);
    line.set_due(0);
    core.dispatch.notify_one();
}

fn no_answer() -> Failure {
    Failure::new(
        FailureClass::Transient,
        "no_answer",
        "No answer came in time",
        "Nothing to do: it is checked again by itself",
    )
}

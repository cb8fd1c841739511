//! One attempt in flight: sent, decided, committed. Nothing here may end without a finish.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use signalbox_domain::breaker::Verdict;
use signalbox_domain::{ConnectionId, ConnectionState, Failure, FailureClass, Outcome, Signal};
use signalbox_providers::http::heard;
use signalbox_providers::{Adapter, Letter};
use signalbox_store::{ClaimedMessage, Finish, StoreError, Then};

use crate::core::{Core, jitter};
use crate::event::Tag;
use crate::line::{Line, Rest};
use crate::outbox::outcome::{Case, Decision, decide};
use crate::token;

/// Longest an adapter may take; its own time limits are shorter, save for a mail server's ten
/// minutes after the last dot.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Waits between two tries to commit an outcome.
const AGAIN: Duration = Duration::from_millis(500);

/// The letter of a message, the same for every try of its round.
pub(crate) fn letter_of(
    core: &Core,
    row: &signalbox_store::MessageRow,
    subject: Option<String>,
    body: String,
) -> Letter {
    let token = token::of(core.store.home_id(), row.id, row.round);
    let callback = core.line(row.connection).and_then(|line| {
        let base =
            core.public_url().or_else(|| line.is_local().then(|| core.local_url()).flatten())?;
        Some(format!("{base}/api/webhooks/{}/{}", line.row().made.provider, row.connection))
    });
    Letter {
        message: row.id,
        token,
        channel: row.channel,
        to: row.recipient.clone(),
        name: row.name.clone(),
        subject,
        body,
        created_at: DateTime::from_timestamp_millis(row.created_at).unwrap_or(DateTime::UNIX_EPOCH),
        status_callback: callback,
    }
}

/// Sends a claimed message and commits what came of it.
pub(crate) async fn run(
    core: Arc<Core>,
    line: Arc<Line>,
    adapter: Arc<dyn Adapter>,
    claimed: ClaimedMessage,
) {
    let ClaimedMessage { row, subject, body, n } = claimed;
    let letter = letter_of(&core, &row, subject, body);
    let sending = AssertUnwindSafe(adapter.send(&letter)).catch_unwind();
    let (outcome, http) = heard(async {
        tokio::select! {
            outcome = sending => outcome.unwrap_or_else(|_| Outcome::Unknown { failure: broken() }),
            () = core.clock.sleep(LONGEST) => Outcome::Unknown { failure: too_long() },
        }
    })
    .await;
    line.count(&outcome);
    let offline = match &outcome {
        Outcome::Accepted { .. } => {
            if line.state() != ConnectionState::Admin {
                line.lock_watch().rest = None;
            }
            core.saw_outside(&line).await;
            false
        }
        Outcome::Refused { failure, .. } | Outcome::Unknown { failure } => {
            core.is_offline_after(&line, failure).await
        }
    };
    let now = core.now();
    let (decision, finish) = {
        let mut gate = line.lock_gate();
        let case = Case {
            message: row.id,
            connection: line.id(),
            line_name: line.name(),
            line_state: line.state(),
            counted: row.counted,
            useful_until: instant(row.useful_until),
            route: usable(&core, &row.route, now),
            settle: adapter.settle(),
            offline,
            now,
            jitter: jitter(),
        };
        let mut decision = decide(&case, outcome, &mut gate);
        let same = line.adapter().is_some_and(|now| Arc::ptr_eq(&now, &adapter));
        if !same && let Then::Unknown { look_at } = &mut decision.then {
            // The line was changed meanwhile: it may not find what its former self has sent.
            *look_at = None;
        }
        let finish = Finish {
            message: row.id,
            n,
            failure: decision.failure.clone(),
            provider_id: decision.provider_id.clone(),
            http,
            then: decision.then.clone(),
            gate: decision.gate_changed.then(|| gate.clone()),
            line: decision.line.clone(),
            poll_at: adapter
                .can_be_polled()
                .then(|| crate::outbox::poll::first(now, letter.status_callback.is_some())),
            now: now.timestamp_millis(),
        };
        (decision, finish)
    };
    let finished = commit(&core, finish).await;
    if let Some(finished) = finished {
        core.events.message(row.id, finished.state, now);
        if finished.line_changed {
            if decision.line.as_ref().is_some_and(|line| line.state == ConnectionState::Admin) {
                let asked = decision.rest.and_then(|rest| rest.to_std().ok());
                let mut watch = line.lock_watch();
                watch.rest = Some(Rest::after(watch.rest, asked, core.clock.monotonic()));
            }
            core.refresh_line(line.id()).await;
        }
    }
    if let Then::Reroute { connection, .. } = &decision.then
        && let Some(next) = core.line(*connection)
    {
        next.set_due(0);
    }
    follow_up(&core, &line, &adapter, &decision).await;
    // Landed last: while the breaker's probe is under way this place stays taken.
    line.landed();
    line.set_due(0);
    core.dispatch.notify_one();
    core.look.notify_one();
    core.index.notify_one();
}

/// Lines of a route that a message can leave by just now: one in danger is passed over.
fn usable(core: &Core, route: &[ConnectionId], now: DateTime<Utc>) -> Vec<ConnectionId> {
    let open = |id: &ConnectionId| {
        core.line(*id).is_some_and(|line| line.adapter().is_some() && line.block(now).is_none())
    };
    route.iter().copied().filter(open).collect()
}

/// Commits an outcome, and does not give up while the store may come back: until it is committed
/// the message is `sending`, and a restart would have to ask the provider.
async fn commit(core: &Core, finish: Finish) -> Option<signalbox_store::Finished> {
    loop {
        match core.store.finish(finish.clone()).await {
            Ok(finished) => return Some(finished),
            Err(StoreError::DiskFull) if core.store.drop_ballast() => {
                tracing::warn!("the disk is full: the ballast was given up to record an outcome");
            }
            Err(error @ (StoreError::Closed | StoreError::NotFound)) => {
                tracing::error!(%error, message = %finish.message, "an outcome could not be recorded");
                return None;
            }
            Err(error) => {
                tracing::error!(%error, message = %finish.message, "an outcome waits for the store");
                tokio::select! {
                    () = core.clock.sleep(AGAIN) => {}
                    () = core.stop.cancelled() => return None,
                }
            }
        }
    }
}

/// What the breaker asked for.
async fn follow_up(
    core: &Arc<Core>,
    line: &Arc<Line>,
    adapter: &Arc<dyn Adapter>,
    decision: &Decision,
) {
    match decision.verdict {
        Verdict::Steady => {}
        Verdict::WantsProbe => crate::health::probe_for_breaker(core, line, adapter).await,
        Verdict::Opened(until) => tell_opened(core, line, until).await,
        Verdict::Closed => tell_closed(core, line).await,
    }
}

pub(crate) async fn tell_opened(core: &Core, line: &Line, until: DateTime<Utc>) {
    let say = format!("{} cannot be reached. Its messages wait", line.name());
    let detail = format!("tried again at {}", until.format("%H:%M:%S UTC"));
    core.tell_change(Some(line.id()), Signal::Danger, &say, Some(detail), "core").await;
    core.events.changed(&[Tag::Connections, Tag::Messages, Tag::Health]);
    pass_over(core, line).await;
}

/// What waits on a line in danger and has a route moves on; the incident of the line stays.
async fn pass_over(core: &Core, line: &Line) {
    let now = core.now();
    let others: Vec<_> = core.lines().iter().map(|line| line.id()).collect();
    let others = usable(core, &others, now);
    match core.store.pass_over(line.id(), others, now.timestamp_millis()).await {
        Ok(lines) => {
            for next in lines.into_iter().filter_map(|id| core.line(id)) {
                next.set_due(0);
            }
            core.dispatch.notify_one();
        }
        Err(error) => tracing::warn!(%error, "waiting messages could not pass the line over"),
    }
}

pub(crate) async fn tell_closed(core: &Core, line: &Line) {
    let say = format!("{} works again. Waiting messages leave by themselves", line.name());
    core.tell_change(Some(line.id()), Signal::Clear, &say, None, "core").await;
    core.events.changed(&[Tag::Connections, Tag::Messages, Tag::Health]);
}

fn instant(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

fn broken() -> Failure {
    Failure::new(
        FailureClass::Unknown,
        "panic",
        "Signalbox stumbled while it was sending",
        "The provider is asked first. Please send the support bundle",
    )
}

fn too_long() -> Failure {
    Failure::new(
        FailureClass::Unknown,
        "no_answer",
        "No answer came in time",
        "Nothing to do yet: the provider is asked first",
    )
}

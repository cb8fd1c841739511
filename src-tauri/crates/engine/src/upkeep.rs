//! What has to be done now and then: watching the clocks, ending what is no longer useful,
//! following with the search index.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use signalbox_domain::Signal;

use crate::core::Core;

/// The one regular wake-up: a clock check.
const TICK: Duration = Duration::from_secs(15);
/// Wall and monotonic time may differ by this much within a tick before it means something.
const TOLERANCE: TimeDelta = TimeDelta::seconds(2);

/// Watches wall against monotonic time until the engine stops.
pub(crate) async fn watch_clock(core: Arc<Core>) {
    let mut wall = core.now();
    let mut monotonic = core.clock.monotonic();
    loop {
        tokio::select! {
            () = core.stop.cancelled() => return,
            () = core.clock.sleep(TICK) => {}
        }
        let (new_wall, new_monotonic) = (core.now(), core.clock.monotonic());
        let passed = TimeDelta::from_std(new_monotonic - monotonic).unwrap_or(TimeDelta::MAX);
        let jump = (new_wall - wall) - passed;
        (wall, monotonic) = (new_wall, new_monotonic);
        if jump.abs() > TOLERANCE {
            jumped(&core, jump).await;
        }
        if core.offline_since().is_some() {
            core.look_at_network().await;
        }
        expire(&core).await;
    }
}

/// The machine slept, or its clock was set: stale work ends, everything is looked at anew.
pub(crate) async fn jumped(core: &Arc<Core>, jump: TimeDelta) {
    tracing::info!(seconds = jump.num_seconds(), "the clock jumped, or the machine slept");
    if jump < TimeDelta::zero() {
        core.set_back.fetch_add(-jump.num_milliseconds(), Ordering::SeqCst);
        let say = "The clock of this computer was set back";
        core.tell_change(
            None,
            Signal::Caution,
            say,
            Some(format!("by {} s", -jump.num_seconds())),
            "core",
        )
        .await;
        if let Err(error) = core.store.pull_in(core.now_ms()).await {
            tracing::warn!(%error, "waiting times could not be brought forward");
        }
        for line in core.lines() {
            // A provider asked for so many seconds, not for that time of day.
            let kept = {
                let mut gate = line.lock_gate();
                gate.cool_until = gate.cool_until.map(|until| until + jump.num_milliseconds());
                gate.cool_until.map(|_| gate.clone())
            };
            if let Some(gate) = kept
                && let Err(error) = core.store.keep_gate(gate).await
            {
                tracing::warn!(%error, "a gate could not be kept");
            }
        }
    }
    core.wire.woke();
    expire(core).await;
    core.look_at_network().await;
    for line in core.lines() {
        line.lock_watch().next_check = Some(core.now());
        line.set_due(0);
    }
    core.check.notify_one();
    core.dispatch.notify_one();
    core.look.notify_one();
}

/// Ends waiting messages whose use is over, on lines that claim nothing just now; the others end
/// theirs at the claim.
pub(crate) async fn expire(core: &Arc<Core>) {
    let now = core.now();
    let now_ms = now.timestamp_millis();
    for line in core.lines() {
        let due = match core.store.waiting_span(line.id()).await {
            Ok((_, first)) => first.is_some_and(|at| at <= now_ms),
            Err(error) => {
                tracing::warn!(%error, "waiting messages could not be read");
                false
            }
        };
        if !due {
            continue;
        }
        match core.store.expire(line.id(), now_ms).await {
            Ok(ids) => {
                // Some may have been sent: those are asked about instead.
                for row in core.store.rows(ids).await.unwrap_or_default() {
                    core.events.message(row.id, row.state, now);
                }
            }
            Err(error) => tracing::warn!(%error, "waiting messages could not be ended"),
        }
    }
}

/// Follows with the search index until the engine stops.
pub(crate) async fn index(core: Arc<Core>) {
    loop {
        match core.store.index_step().await {
            Ok(true) => {
                if core.stop.is_cancelled() {
                    return;
                }
                // More to do, but sending goes first.
                tokio::task::yield_now().await;
                continue;
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the search index could not follow"),
        }
        if !core.wait(&core.index, None).await {
            return;
        }
        // A burst of commits is indexed together.
        tokio::select! {
            () = core.clock.sleep(Duration::from_millis(300)) => {}
            () = core.stop.cancelled() => return,
        }
    }
}

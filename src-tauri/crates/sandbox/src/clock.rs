//! Time for the simulated providers: what the hour is, and how to wait for another one.
//!
//! Every delay of the sandbox (status progression, list lag, latency, webhook retries, idempotency expiry) goes
//! through a [`Clock`], so that a test moves time by hand instead of sleeping. Socket time-outs of the HTTP front do
//! not: they only guard against a peer that never speaks.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

/// The future a [`Clock`] hands out for a wait.
pub type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Where the sandbox reads the time and waits for it to pass.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC.
    fn now(&self) -> DateTime<Utc>;

    /// Resolves once [`now`](Clock::now) has reached `at`; at once when it already has.
    fn sleep_until(&self, at: DateTime<Utc>) -> Wait<'_>;
}

/// Waits `span` from now on `clock`. A span of zero does not yield.
pub(crate) async fn pause(clock: &dyn Clock, span: Duration) {
    if !span.is_zero() {
        clock.sleep_until(later(clock.now(), span)).await;
    }
}

/// `at + span`, held at the end of time instead of overflowing.
pub(crate) fn later(at: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(span)
        .ok()
        .and_then(|span| at.checked_add_signed(span))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The system's time and tokio's timer: what runs in production.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Wait<'_> {
        // A wall clock that is set back while we wait would end the wait early, so the rest is waited for again.
        Box::pin(async move {
            while let Ok(left) = (at - Utc::now()).to_std() {
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(Duration::from_secs(3600))).await;
            }
        })
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock {
    now: watch::Sender<DateTime<Utc>>,
}

impl ManualClock {
    /// A clock standing at `start`.
    #[must_use]
    pub fn new(start: DateTime<Utc>) -> Self {
        Self { now: watch::Sender::new(start) }
    }

    /// Moves time forward by `span` and wakes everything that has become due.
    pub fn advance(&self, span: Duration) {
        self.now.send_modify(|now| *now = later(*now, span));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Wait<'_> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            if now.wait_for(|now| *now >= at).await.is_err() {
                // The clock is gone, so this instant can never come.
                std::future::pending::<()>().await;
            }
        })
    }
}

//! The clock that follows the machine.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use signalbox_domain::Clock;
use signalbox_domain::clock::Sleep;

/// Wall and monotonic time of this machine; sleeping on the runtime's timer.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time begins now.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        reason = "a default that depends on the moment would mislead"
    )]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

//! A clock that runs faster than the machine's, the same for every process that is told its start.
//!
//! Owner and providers of a campaign share one, so that a night of look-ups passes within seconds
//! and every span between them keeps its meaning.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::Clock;
use signalbox_domain::clock::Sleep;
use signalbox_engine::SystemClock;

/// `start + (now - start) * speed`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FastClock {
    machine: SystemClock,
    start: DateTime<Utc>,
    /// Wall time when this process made its clock; from here on it follows the monotonic one.
    born: DateTime<Utc>,
    speed: u32,
}

impl FastClock {
    /// A clock that was right at `start` and has run `speed` times too fast ever since.
    pub(crate) fn since(start: DateTime<Utc>, speed: u32) -> Self {
        let machine = SystemClock::new();
        let born = start + (machine.now() - start) * i32::try_from(speed).expect("a modest speed");
        Self { machine, start, born, speed }
    }

    /// As the environment of a child says it.
    pub(crate) fn told(text: &str) -> Self {
        let (start, speed) = text.split_once('x').expect("START x SPEED");
        let start = start.parse().ok().and_then(DateTime::from_timestamp_millis);
        Self::since(start.expect("Unix milliseconds"), speed.parse().expect("a number"))
    }

    pub(crate) fn tell(&self) -> String {
        format!("{}x{}", self.start.timestamp_millis(), self.speed)
    }

    /// How long a span of this clock takes on the machine.
    pub(crate) fn really(&self, span: Duration) -> Duration {
        span / self.speed
    }
}

impl Clock for FastClock {
    fn now(&self) -> DateTime<Utc> {
        self.born + TimeDelta::from_std(self.monotonic()).expect("a campaign of sane length")
    }

    fn monotonic(&self) -> Duration {
        self.machine.monotonic() * self.speed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.machine.sleep(self.really(duration))
    }
}

impl signalbox_sandbox::Clock for FastClock {
    fn now(&self) -> DateTime<Utc> {
        Clock::now(self)
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> signalbox_sandbox::Wait<'_> {
        Box::pin(async move {
            while let Ok(left) = (at - Clock::now(self)).to_std() {
                if left.is_zero() {
                    return;
                }
                self.sleep(left).await;
            }
        })
    }
}

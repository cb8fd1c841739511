//! Time as something that is handed in.
//!
//! Nothing else in the core may read the wall clock or sleep (`cargo xtask tidy` holds it), so a
//! night of retries runs in a test within milliseconds. The clock that follows the machine lives in
//! the engine, because sleeping needs its runtime.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// A future that is done when the time has come.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The two clocks of a machine, and waiting on the second.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The wall time. May jump in either direction.
    fn now(&self) -> DateTime<Utc>;

    /// Time since an arbitrary start. Never steps back; may stand still while the machine sleeps.
    fn monotonic(&self) -> Duration;

    /// Waits for `duration` on the monotonic clock.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// Unix milliseconds of the clock's wall time, as the store keeps instants.
#[must_use]
pub fn now_ms(clock: &dyn Clock) -> i64 {
    clock.now().timestamp_millis()
}

/// A clock that moves only when told to.
#[derive(Clone)]
pub struct ManualClock {
    state: Arc<Mutex<ManualState>>,
}

struct ManualState {
    wall: DateTime<Utc>,
    monotonic: Duration,
    sleepers: Vec<(Duration, Waker)>,
}

impl ManualClock {
    /// A clock that stands at `wall`.
    #[must_use]
    pub fn at(wall: DateTime<Utc>) -> Self {
        let state = ManualState { wall, monotonic: Duration::ZERO, sleepers: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Moves both clocks and wakes whoever is due.
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        state.wall += by;
        state.monotonic += by;
        let now = state.monotonic;
        let (due, waiting) = std::mem::take(&mut state.sleepers)
            .into_iter()
            .partition::<Vec<_>, _>(|(until, _)| *until <= now);
        state.sleepers = waiting;
        drop(state);
        for (_, waker) in due {
            waker.wake();
        }
    }

    /// Moves only the wall clock, as a suspended machine or a person at the settings does.
    pub fn jump_wall(&self, by: chrono::TimeDelta) {
        let mut state = self.lock();
        state.wall += by;
    }

    fn lock(&self) -> MutexGuard<'_, ManualState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManualClock({})", self.lock().wall)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.lock().wall
    }

    fn monotonic(&self) -> Duration {
        self.lock().monotonic
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let until = self.monotonic() + duration;
        Box::pin(ManualSleep { clock: self.clone(), until })
    }
}

struct ManualSleep {
    clock: ManualClock,
    until: Duration,
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.monotonic >= self.until {
            return Poll::Ready(());
        }
        state.sleepers.push((self.until, cx.waker().clone()));
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Wake;

    struct Flag(AtomicBool);
    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_sleeper_wakes_when_its_time_has_come_and_not_before() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(flag.clone());
        let mut sleep = clock.sleep(Duration::from_secs(5));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        clock.advance(Duration::from_secs(4));
        assert!(!flag.0.load(Ordering::SeqCst));
        clock.advance(Duration::from_secs(1));
        assert!(flag.0.load(Ordering::SeqCst));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
    }

    #[test]
    fn a_wall_jump_moves_no_sleeper() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        clock.jump_wall(chrono::TimeDelta::hours(9));
        assert_eq!(clock.monotonic(), Duration::ZERO);
        assert_eq!(clock.now().timestamp(), 9 * 3600);
    }
}

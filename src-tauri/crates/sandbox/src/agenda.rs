//! What is to happen later: status steps, scheduled sends and webhook retries, run in order of their time by one loop.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

type Job = Box<dyn FnOnce() + Send>;

struct Due {
    at: DateTime<Utc>,
    seq: u64,
    job: Job,
}

// The heap hands out its greatest element, so "greater" means "sooner"; equal times run in the order of asking.
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.seq == other.seq
    }
}
impl Eq for Due {}

/// Beyond this many entries new ones are dropped: a message then keeps its last status, as happens with real carriers.
const MOST_ENTRIES: usize = 1_000_000;

#[derive(Default)]
struct Pages {
    due: BinaryHeap<Due>,
    seq: u64,
}

/// The list of things to do later.
#[derive(Default)]
pub(crate) struct Agenda {
    pages: Mutex<Pages>,
    changed: Notify,
}

impl Agenda {
    /// Runs `job` at `at`. Jobs are short and never wait.
    pub(crate) fn at(&self, at: DateTime<Utc>, job: impl FnOnce() + Send + 'static) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.due.len() >= MOST_ENTRIES {
            tracing::warn!("the sandbox has too much ahead of it; a status step is dropped");
            return;
        }
        pages.seq += 1;
        let seq = pages.seq;
        pages.due.push(Due { at, seq, job: Box::new(job) });
        self.changed.notify_one();
    }

    fn take_due(&self, now: DateTime<Utc>) -> Result<Job, Option<DateTime<Utc>>> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        match pages.due.peek().map(|due| due.at) {
            Some(at) if at <= now => {
                Ok(pages.due.pop().map(|due| due.job).unwrap_or_else(|| Box::new(|| ())))
            }
            next => Err(next),
        }
    }

    /// Works through the agenda until `stop`.
    pub(crate) async fn run(&self, clock: &dyn Clock, stop: &CancellationToken) {
        loop {
            match self.take_due(clock.now()) {
                Ok(job) => {
                    // The lock is free here: a job may put further jobs on the agenda.
                    job();
                    tokio::task::consume_budget().await;
                }
                Err(next) => {
                    let wait = async {
                        match next {
                            Some(at) => clock.sleep_until(at).await,
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = self.changed.notified() => {}
                        () = wait => {}
                    }
                }
            }
        }
    }

    /// Drops everything that is still ahead; what the jobs hold is let go.
    pub(crate) fn clear(&self) {
        let due =
            std::mem::take(&mut self.pages.lock().unwrap_or_else(PoisonError::into_inner).due);
        drop(due);
    }
}

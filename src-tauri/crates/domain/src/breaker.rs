//! The breaker of a connection: stops sending when the line, not the message, is at fault.
//!
//! Opens after 5 transient or unknown failures in a row over at least 2 messages, or when at least
//! 70 % of at least 10 attempts within 5 minutes failed so. Before it opens it wants a probe: if
//! that passes, the messages are at fault. Open for 60 s, doubling to 15 min; then one try.
//! Pure state, kept in the store with the claim, so that a restart neither forgets nor bursts.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::MessageId;

const CONSECUTIVE: u32 = 5;
const WINDOW: TimeDelta = TimeDelta::minutes(5);
const WINDOW_LEAST: usize = 10;
const WINDOW_PERCENT: usize = 70;
const WINDOW_KEPT: usize = 64;
const FIRST_OPEN: TimeDelta = TimeDelta::seconds(60);
const LONGEST_OPEN: TimeDelta = TimeDelta::minutes(15);

/// Whether an attempt may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Yes.
    Go,
    /// Yes, and it is the one try of a half-open breaker.
    Trial,
    /// Not before this instant.
    Wait(DateTime<Utc>),
    /// A trial is in flight; its outcome decides.
    TrialInFlight,
}

/// What the breaker asks for after an outcome was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Steady,
    /// Ask the probe, then call [`Breaker::probed`].
    WantsProbe,
    /// It has just opened until this instant.
    Opened(DateTime<Utc>),
    /// The line is back.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Closed,
    Open { until: DateTime<Utc>, span_s: i64 },
    Trial { span_s: i64 },
}

/// The state of one line's breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    state: State,
    in_a_row: u32,
    /// The message of the first failure in the row, until another one failed too.
    only: Option<MessageId>,
    several: bool,
    /// Attempts of the last minutes; the message where one failed, nothing where one went well.
    recent: Vec<(DateTime<Utc>, Option<MessageId>)>,
    probe_wanted: bool,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            state: State::Closed,
            in_a_row: 0,
            only: None,
            several: false,
            recent: Vec::new(),
            probe_wanted: false,
        }
    }
}

impl Breaker {
    /// Whether nothing has failed lately, so that the store need not keep it.
    #[must_use]
    pub fn is_pristine(&self) -> bool {
        self.state == State::Closed
            && self.in_a_row == 0
            && self.recent.iter().all(|(_, failed)| failed.is_none())
    }

    /// Until when it is open; `None` when closed or on trial.
    #[must_use]
    pub fn open_until(&self) -> Option<DateTime<Utc>> {
        match self.state {
            State::Open { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether the line counts as failing: open, or on trial.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state != State::Closed
    }

    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.in_a_row
    }

    /// Asks for a permit. `Trial` reserves the one try: nobody else gets it until the outcome.
    pub fn permit(&mut self, now: DateTime<Utc>) -> Permit {
        match self.state {
            State::Closed => Permit::Go,
            // A clock set back must not keep a line closed off for longer than the longest span.
            State::Open { until, .. } if until > now && until - now <= LONGEST_OPEN => {
                Permit::Wait(until)
            }
            State::Open { span_s, .. } => {
                self.state = State::Trial { span_s };
                Permit::Trial
            }
            State::Trial { .. } => Permit::TrialInFlight,
        }
    }

    /// Gives a reserved trial back, for instance because the process ended in between.
    pub fn abandon_trial(&mut self, now: DateTime<Utc>) {
        if let State::Trial { span_s } = self.state {
            self.state = State::Open { until: now, span_s };
        }
    }

    /// The line answered as it should.
    pub fn succeeded(&mut self, now: DateTime<Utc>) -> Verdict {
        let was_open = self.is_open();
        self.note(now, None);
        self.in_a_row = 0;
        self.only = None;
        self.several = false;
        self.probe_wanted = false;
        self.state = State::Closed;
        if was_open {
            self.recent.clear();
            return Verdict::Closed;
        }
        Verdict::Steady
    }

    /// A transient or unknown failure of `message`.
    pub fn failed(&mut self, message: MessageId, now: DateTime<Utc>) -> Verdict {
        self.note(now, Some(message));
        self.in_a_row = self.in_a_row.saturating_add(1);
        match self.only {
            None => self.only = Some(message),
            Some(first) if first != message => self.several = true,
            Some(_) => {}
        }
        match self.state {
            State::Trial { span_s } => self.open(now, (span_s * 2).min(LONGEST_OPEN.num_seconds())),
            State::Open { .. } => Verdict::Steady,
            State::Closed if self.is_due_to_open() && !self.probe_wanted => {
                self.probe_wanted = true;
                Verdict::WantsProbe
            }
            State::Closed => Verdict::Steady,
        }
    }

    /// The answer of the probe that was wanted. A passing probe clears the line of blame, also of
    /// what it failed within the window: else the next failure would want a probe again, and so
    /// on for five minutes.
    pub fn probed(&mut self, passed: bool, now: DateTime<Utc>) -> Verdict {
        if passed {
            let verdict = self.succeeded(now);
            self.recent.clear();
            return verdict;
        }
        if self.state == State::Closed && self.probe_wanted {
            return self.open(now, FIRST_OPEN.num_seconds());
        }
        Verdict::Steady
    }

    /// Gives a wanted probe back that could not be made, for instance because this machine has no
    /// network; what seemed to blame the line is forgotten with it.
    pub fn abandon_probe(&mut self) -> Verdict {
        if self.probe_wanted {
            self.probe_wanted = false;
            self.in_a_row = 0;
            self.only = None;
            self.several = false;
            self.recent.clear();
        }
        Verdict::Steady
    }

    fn open(&mut self, now: DateTime<Utc>, span_s: i64) -> Verdict {
        let until = now + TimeDelta::seconds(span_s);
        self.state = State::Open { until, span_s };
        self.probe_wanted = false;
        Verdict::Opened(until)
    }

    fn is_due_to_open(&self) -> bool {
        if self.in_a_row >= CONSECUTIVE && self.several {
            return true;
        }
        let failed: Vec<_> = self.recent.iter().filter_map(|(_, failed)| *failed).collect();
        self.recent.len() >= WINDOW_LEAST
            && failed.len() * 100 >= self.recent.len() * WINDOW_PERCENT
            && failed.iter().any(|message| *message != failed[0])
    }

    fn note(&mut self, now: DateTime<Utc>, failed: Option<MessageId>) {
        self.recent.retain(|(at, _)| now - *at < WINDOW && *at <= now);
        if self.recent.len() == WINDOW_KEPT {
            self.recent.remove(0);
        }
        self.recent.push((now, failed));
    }
}

#[cfg(test)]
mod tests;

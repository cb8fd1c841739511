//! A line while it runs: its adapter, its gate, and what the checks say.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use signalbox_domain::connection::signal_of;
use signalbox_domain::{
    Channel, ConnectionId, ConnectionState, Environment, HoldReason, Outcome, Pace, Signal,
};
use signalbox_providers::{Adapter, Limits, Secrets, catalogue};
use signalbox_store::{ConnectionRow, GateRow};

/// Why nothing leaves by a line just now, and until when if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The reason, as a hold of its messages.
    pub reason: HoldReason,
    /// Until then.
    pub until: Option<DateTime<Utc>>,
}

/// What the checks of a line add up to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    /// Whether it answers; `None` before the first check. Changes only after two checks agree.
    pub(crate) reachable: Option<bool>,
    /// Checks in a row that disagree with `reachable`.
    pub(crate) against: u32,
    /// When it is checked next.
    pub(crate) next_check: Option<DateTime<Utc>>,
    /// Whether a check is under way.
    pub(crate) checking: bool,
    /// Whether the last answers were late.
    pub(crate) slow: bool,
    /// Before then its provider is not asked what became of a message (monotonic).
    pub(crate) next_poll: Duration,
    /// Set while a refused message keeps it parked, which a check cannot see.
    pub(crate) rest: Option<Rest>,
}

/// How long a line rests whose account a provider found unfit to send: a check asks for less than
/// a message does, so it passing proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest {
    /// Until then no check switches it on again (monotonic).
    until: Duration,
    /// How long that was; twice as long after the next refusal.
    span: Duration,
}

/// The first and the longest rest, where the provider asks for none.
const FIRST_REST: Duration = Duration::from_secs(15 * 60);
const LONGEST_REST: Duration = Duration::from_secs(6 * 3600);

impl Rest {
    pub(crate) fn after(before: Option<Self>, asked: Option<Duration>, now: Duration) -> Self {
        let span = before.map_or(FIRST_REST, |rest| (rest.span * 2).min(LONGEST_REST));
        Self { until: now + span.max(asked.unwrap_or_default()), span }
    }

    pub(crate) fn is_over(&self, now: Duration) -> bool {
        self.until <= now
    }
}

/// What an unsealed credential made possible.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    /// Sends.
    pub(crate) adapter: Arc<dyn Adapter>,
    /// Verifies deliveries.
    pub(crate) secrets: Arc<Secrets>,
}

/// How attempts ended since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// The provider took the message over.
    pub accepted: u64,
    /// It certainly did not.
    pub refused: u64,
    /// Nobody knows yet.
    pub unknown: u64,
}

/// One connection while the engine runs.
#[derive(Debug)]
pub struct Line {
    id: ConnectionId,
    row: RwLock<ConnectionRow>,
    opened: RwLock<Option<Opened>>,
    gate: Mutex<GateRow>,
    watch: Mutex<Watch>,
    in_flight: AtomicUsize,
    ended: Mutex<Ended>,
    /// When it is claimed for next (Unix ms); `i64::MAX` for "when something happens".
    due: AtomicI64,
    /// Shared by all lines: since when this machine has no network (Unix ms), 0 while it has.
    offline_since: Arc<AtomicI64>,
}

impl Line {
    pub(crate) fn new(
        row: ConnectionRow,
        opened: Option<Opened>,
        gate: GateRow,
        offline_since: Arc<AtomicI64>,
    ) -> Self {
        Self {
            id: row.id,
            row: RwLock::new(row),
            opened: RwLock::new(opened),
            gate: Mutex::new(gate),
            watch: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            ended: Mutex::default(),
            due: AtomicI64::new(0),
            offline_since,
        }
    }

    /// Which connection.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// As stored.
    #[must_use]
    pub fn row(&self) -> ConnectionRow {
        self.row.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its name, with its provider: what a person calls it.
    #[must_use]
    pub fn name(&self) -> String {
        self.row.read().unwrap_or_else(PoisonError::into_inner).made.name.clone()
    }

    pub(crate) fn replace(&self, row: ConnectionRow, opened: Option<Opened>) {
        *self.row.write().unwrap_or_else(PoisonError::into_inner) = row;
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = opened;
        self.lock_watch().rest = None;
    }

    pub(crate) fn update_row(&self, row: ConnectionRow) {
        *self.row.write().unwrap_or_else(PoisonError::into_inner) = row;
    }

    pub(crate) fn adapter(&self) -> Option<Arc<dyn Adapter>> {
        self.opened().map(|opened| opened.adapter)
    }

    pub(crate) fn opened(&self) -> Option<Opened> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Which secrets it has, by field; `None` while they cannot be opened.
    #[must_use]
    pub fn secrets_set(&self) -> Option<Vec<String>> {
        self.opened().map(|opened| opened.secrets.keys().map(str::to_owned).collect())
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ConnectionState {
        self.row.read().unwrap_or_else(PoisonError::into_inner).state
    }

    /// How messages travel by it.
    #[must_use]
    pub fn channel(&self) -> Option<Channel> {
        self.row.read().unwrap_or_else(PoisonError::into_inner).made.channel
    }

    /// The limits it keeps.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let closed = Limits { pace: Pace::UNLIMITED, concurrency: 0 };
        self.adapter().map_or(closed, |adapter| adapter.limits())
    }

    /// Its gate.
    #[must_use]
    pub fn gate(&self) -> GateRow {
        self.lock_gate().clone()
    }

    pub(crate) fn lock_gate(&self) -> MutexGuard<'_, GateRow> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock_watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it answers; `None` when that is not known.
    #[must_use]
    pub fn reachable(&self) -> Option<bool> {
        self.lock_watch().reachable
    }

    /// When it is checked next.
    #[must_use]
    pub fn next_check(&self) -> Option<DateTime<Utc>> {
        self.lock_watch().next_check
    }

    /// Attempts in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    pub(crate) fn took_off(&self) {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
    }

    /// How its attempts ended since the start.
    #[must_use]
    pub fn ended(&self) -> Ended {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self, outcome: &Outcome) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Outcome::Accepted { .. } => ended.accepted += 1,
            Outcome::Refused { .. } => ended.refused += 1,
            Outcome::Unknown { .. } => ended.unknown += 1,
        }
    }

    pub(crate) fn landed(&self) {
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn due(&self) -> i64 {
        self.due.load(Ordering::SeqCst)
    }

    /// Due at `at`, unless it is due earlier.
    pub(crate) fn due_by(&self, at: i64) {
        self.due.fetch_min(at, Ordering::SeqCst);
    }

    pub(crate) fn set_due(&self, at: i64) {
        self.due.store(at, Ordering::SeqCst);
    }

    /// Whether it is a practice line.
    #[must_use]
    pub fn is_practice(&self) -> bool {
        let row = self.row.read().unwrap_or_else(PoisonError::into_inner);
        row.made.environment == Environment::Practice
    }

    /// Whether it speaks to this machine only, so that being offline does not concern it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let row = self.row.read().unwrap_or_else(PoisonError::into_inner);
        let made = &row.made;
        made.environment == Environment::Practice
            || made.urls.values().any(|url| names_loopback(url))
            || made.fields.get("host").is_some_and(|host| is_loopback(host))
    }

    /// Until when the provider wants to be left alone (Unix ms).
    pub(crate) fn cools_until(&self, now: DateTime<Utc>) -> Option<i64> {
        self.lock_gate().cool_until.filter(|until| *until > now.timestamp_millis())
    }

    /// The host and port its messages leave by, when those are outside this machine.
    pub(crate) fn outside(&self) -> Option<(String, u16)> {
        if self.is_local() {
            return None;
        }
        let row = self.row.read().unwrap_or_else(PoisonError::into_inner);
        let made = &row.made;
        if let Some(host) = made.fields.get("host") {
            let port = made.fields.get("port").and_then(|port| port.parse().ok()).unwrap_or(465);
            return Some((host.clone(), port));
        }
        let host = match made.urls.get("api") {
            Some(url) => url.split_once("://")?.1.split(['/', '?', '#', ':']).next()?,
            None => catalogue::provider(&made.provider)?.api_host()?,
        };
        Some((host.to_owned(), 443))
    }

    /// Why nothing leaves by it just now. Its queued messages are shown as held for that.
    #[must_use]
    pub fn block(&self, now: DateTime<Utc>) -> Option<Block> {
        let state = self.state();
        let for_state = match state {
            ConnectionState::Reconnect => Some(HoldReason::Reconnect),
            ConnectionState::Admin => Some(HoldReason::Admin),
            ConnectionState::Paused | ConnectionState::Disabled => Some(HoldReason::Paused),
            _ => None,
        };
        if let Some(reason) = for_state {
            return Some(Block { reason, until: None });
        }
        if self.adapter().is_none() {
            // Its credential cannot be opened: the work waits for whoever can.
            return Some(Block { reason: HoldReason::Reconnect, until: None });
        }
        if self.is_offline() {
            return Some(Block { reason: HoldReason::Offline, until: None });
        }
        let gate = self.lock_gate();
        if gate.breaker.is_open() {
            return Some(Block { reason: HoldReason::Breaker, until: gate.breaker.open_until() });
        }
        let cool_until = gate.cool_until.and_then(DateTime::from_timestamp_millis);
        cool_until
            .filter(|until| *until > now)
            .map(|until| Block { reason: HoldReason::Rate, until: Some(until) })
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.offline_since.load(Ordering::SeqCst) != 0 && !self.is_local()
    }

    /// What the board shows.
    #[must_use]
    pub fn signal(&self) -> Signal {
        let open = self.lock_gate().breaker.is_open();
        let watch = self.lock_watch().clone();
        let knowable = !self.is_offline() && self.adapter().is_some();
        let reachable = if knowable { watch.reachable } else { None };
        match signal_of(self.state(), open, reachable) {
            Signal::Clear if watch.slow => Signal::Caution,
            signal => signal,
        }
    }
}

fn names_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match authority.strip_prefix('[') {
        Some(v6) => is_loopback(v6.split(']').next().unwrap_or(v6)),
        None => is_loopback(authority.split(':').next().unwrap_or(authority)),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_count_as_local() {
        for (url, local) in [
            ("http://127.0.0.1:4010/x", true),
            ("http://localhost", true),
            ("http://[::1]:80/", true),
            ("https://api.example.com", false),
            ("https://127.0.0.1.example.com", false),
        ] {
            assert_eq!(names_loopback(url), local, "{url}");
        }
    }
}

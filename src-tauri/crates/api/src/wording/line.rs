//! A line as the board shows it, from what the store and the engine know of it.

use chrono::{DateTime, Utc};
use signalbox_domain::{
    CheckOutcome, ConnectionState, Environment, HoldReason, MessageState, Pace, Signal,
};
use signalbox_providers::catalogue;
use signalbox_store::{CheckRow, ConnectionRow};

use super::numbers::span;
use crate::shapes::connection::{
    BreakerState, Check, Connection, ConnectionAction, Facets, HeldCount, LimitState, Probe,
    QuotaFacet, Reason, ReceiptsFacet, Today, VendorFacet, VendorState,
};
use crate::shapes::instant::At;

/// A day without a receipt is worth saying.
const RECENT_MS: i64 = 24 * 3_600_000;

/// Everything that is known of a line at one moment.
#[derive(Debug, Clone)]
pub struct LineFacts {
    /// As stored.
    pub row: ConnectionRow,
    /// What the board shows.
    pub signal: Signal,
    /// Whether it answers; `None` before the first check.
    pub reachable: Option<bool>,
    /// Why nothing leaves by it, and until when.
    pub block: Option<(HoldReason, Option<DateTime<Utc>>)>,
    /// Until when its breaker is open.
    pub open_until: Option<DateTime<Utc>>,
    /// Failures in a row.
    pub failures: u32,
    /// Checks, oldest first.
    pub checks: Vec<CheckRow>,
    /// Where its messages stand.
    pub counts: Vec<(MessageState, Option<HoldReason>, i64)>,
    /// When the oldest waiting message was accepted, and when the first stops being useful.
    pub waiting_span: (Option<i64>, Option<i64>),
    /// Today's rate.
    pub today: Today,
    /// Where its provider is to report to.
    pub webhook_url: Option<String>,
}

/// The provider's name on screen.
#[must_use]
pub fn provider_name(key: &str) -> String {
    catalogue::provider(key).map_or_else(|| key.to_owned(), |info| info.name.to_owned())
}

/// "Twilio, Reminders".
#[must_use]
pub fn title(provider: &str, name: &str) -> String {
    format!("{}, {name}", provider_name(provider))
}

/// Whether a provider reports what became of a message.
#[must_use]
pub fn has_receipts(provider: &str) -> bool {
    catalogue::provider(provider).is_some_and(|info| info.webhook)
}

impl LineFacts {
    /// "Twilio, Reminders".
    #[must_use]
    pub fn title(&self) -> String {
        title(&self.row.made.provider, &self.row.made.name)
    }

    /// Messages queued, held or being handed over.
    #[must_use]
    pub fn waiting(&self) -> i64 {
        self.counted(|state, _| state.is_waiting())
    }

    /// Messages that stand where `which` says.
    pub fn counted(&self, which: impl Fn(MessageState, Option<HoldReason>) -> bool) -> i64 {
        self.counts
            .iter()
            .filter(|(state, reason, _)| which(*state, *reason))
            .map(|(_, _, n)| n)
            .sum()
    }

    /// What waits, by the reason that is shown: queued work of a blocked line waits for that.
    #[must_use]
    pub fn held(&self) -> Vec<HeldCount> {
        let mut held: Vec<HeldCount> = Vec::new();
        for (state, reason, count) in &self.counts {
            let reason = match (state, reason) {
                (MessageState::Held, Some(reason)) => *reason,
                (MessageState::Unknown, Some(HoldReason::Asked)) => HoldReason::Asked,
                (MessageState::Queued, _) => match self.block {
                    Some((reason, _)) => reason,
                    None => continue,
                },
                _ => continue,
            };
            match held.iter_mut().find(|group| group.reason == reason) {
                Some(group) => group.count += count,
                None => held.push(HeldCount { reason, count: *count }),
            }
        }
        held.retain(|group| group.count > 0);
        held.sort_by_key(|group| group.reason);
        held
    }

    /// As the board shows it.
    #[must_use]
    pub fn shape(&self, now: DateTime<Utc>) -> Connection {
        let row = &self.row;
        Connection {
            id: row.id,
            name: row.made.name.clone(),
            provider: row.made.provider.clone(),
            environment: row.made.environment,
            state: row.state,
            signal: self.signal,
            reason: self.reason(),
            since: At::ms(row.since),
            last_good: At::maybe(row.last_good),
            waiting: self.waiting(),
            webhook_url: self.webhook_url.clone(),
            probe: probe(&self.checks),
            facets: self.facets(now),
            channel: row.made.channel,
            address: row.made.address.clone(),
            checks: checks(&self.checks),
            median_ms: median(&self.checks),
            today: self.today,
            oldest_waiting: At::maybe(self.waiting_span.0),
            first_expiry: At::maybe(self.waiting_span.1),
            breaker: BreakerState {
                open_until: self.open_until.map(At::from),
                failures: self.failures,
            },
            can: can(row.state),
        }
    }

    /// Why it is not well: its state's own reason, else what the last check found.
    fn reason(&self) -> Option<Reason> {
        let last = self.checks.iter().rev().find(|check| check.outcome != CheckOutcome::Offline);
        let found = last.and_then(|check| check.failure.as_ref());
        let failure = match self.signal {
            Signal::Clear | Signal::Off => self.row.failure.as_ref(),
            _ => self.row.failure.as_ref().or(found),
        };
        if let Some(failure) = failure {
            return Some(Reason {
                code: failure.code.clone(),
                say: failure.say.clone(),
                remedy: failure.remedy.clone(),
            });
        }
        let own = |code: &str, say: &str, remedy: &str| {
            Some(Reason { code: code.into(), say: say.into(), remedy: remedy.into() })
        };
        match self.block {
            Some((HoldReason::Breaker, _)) => own(
                "breaker",
                "Several messages in a row did not get through",
                "Nothing to do: it is tried again by itself",
            ),
            Some((HoldReason::Offline, _)) => own(
                "offline",
                "This computer has no network",
                "Connect this computer to the internet",
            ),
            _ if self.signal == Signal::Caution => {
                own("slow", "It answers slowly", "Nothing to do. Messages still leave")
            }
            _ => None,
        }
    }

    fn facets(&self, now: DateTime<Utc>) -> Facets {
        let last = self.row.last_receipt;
        let age = last.map(|at| now.timestamp_millis() - at);
        let say = match (has_receipts(&self.row.made.provider), age) {
            (false, _) => "This provider sends no receipts".to_owned(),
            (true, None) => "None so far".to_owned(),
            (true, Some(age)) if age < RECENT_MS => "Receipts arrive".to_owned(),
            (true, Some(age)) => format!("None for {}", span(age)),
        };
        Facets {
            // Nobody's status page is read: that is not known, and not said to be well.
            vendor: VendorFacet { state: VendorState::Unknown, say: None },
            quota: quota(self.row.quota.as_deref()),
            receipts: ReceiptsFacet { last: At::maybe(last), say },
        }
    }
}

/// Headroom from what the engine noted of it; "not knowable" where it noted nothing.
fn quota(noted: Option<&str>) -> QuotaFacet {
    let noted = noted.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let number = |key: &str| noted.as_ref().and_then(|noted| noted.get(key)?.as_i64());
    let left = number("left");
    let per = number("per_seconds").filter(|_| left.is_some()).map(|seconds| match seconds {
        1 => "second".to_owned(),
        60 => "minute".to_owned(),
        3_600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        2_419_200..=2_678_400 => "month".to_owned(),
        seconds => span(seconds * 1_000),
    });
    QuotaFacet { knowable: left.is_some(), left, of: number("of").filter(|_| left.is_some()), per }
}

/// What can be done with a line in this state.
#[must_use]
pub fn can(state: ConnectionState) -> Vec<ConnectionAction> {
    use ConnectionAction::{Check, Disable, Enable, Pause, Reconnect, Remove, Resume, Test};
    match state {
        ConnectionState::Pending | ConnectionState::Active | ConnectionState::Degraded => {
            vec![Pause, Disable, Test, Check, Reconnect, Remove]
        }
        ConnectionState::Reconnect | ConnectionState::Admin => {
            vec![Reconnect, Check, Pause, Disable, Remove]
        }
        ConnectionState::Paused => vec![Resume, Disable, Check, Reconnect, Remove],
        ConnectionState::Disabled => vec![Enable, Reconnect, Remove],
    }
}

/// The newest check that learnt something.
#[must_use]
pub fn probe(checks: &[CheckRow]) -> Option<Probe> {
    let check = checks.iter().rev().find(|check| check.outcome != CheckOutcome::Offline)?;
    Some(Probe {
        at: At::ms(check.at),
        ok: check.outcome != CheckOutcome::Failed,
        latency_ms: check.latency_ms,
        say: check.failure.as_ref().map(|failure| failure.say.clone()),
        code: check.failure.as_ref().map(|failure| failure.code.clone()),
    })
}

/// The strip.
#[must_use]
pub fn checks(checks: &[CheckRow]) -> Vec<Check> {
    let shape = |check: &CheckRow| Check {
        at: At::ms(check.at),
        outcome: check.outcome,
        latency_ms: check.latency_ms,
    };
    checks.iter().map(shape).collect()
}

/// Median answer time of the checks that were answered.
#[must_use]
pub fn median(checks: &[CheckRow]) -> Option<i64> {
    let answered =
        |check: &&CheckRow| matches!(check.outcome, CheckOutcome::Answered | CheckOutcome::Slow);
    let mut times: Vec<i64> =
        checks.iter().filter(answered).filter_map(|check| check.latency_ms).collect();
    times.sort_unstable();
    let middle = times.len() / 2;
    match times.len() {
        0 => None,
        n if n.is_multiple_of(2) => Some((times[middle - 1] + times[middle]) / 2),
        _ => Some(times[middle]),
    }
}

/// How fast a line may go, and how long what waits will take.
#[must_use]
pub fn limits(pace: Pace, waiting: i64, knowable: bool) -> LimitState {
    if !knowable {
        let say = "Not known while the line cannot be opened".into();
        return LimitState { say, per_second: None, backlog_s: None };
    }
    if pace.unit_ms <= 0 {
        let say = format!(
            "No limit of its own. Batches keep {} ms between two messages",
            pace.batch_spacing_ms
        );
        return LimitState { say, per_second: None, backlog_s: Some(0) };
    }
    let per_second = 1_000.0 / pace.unit_ms as f64;
    let say = match pace.unit_ms {
        1_000 => "About 1 message part per second".to_owned(),
        ms if ms < 1_000 => format!("About {} message parts per second", 1_000 / ms),
        ms => format!("About 1 message part every {}", span(ms)),
    };
    LimitState {
        say,
        per_second: Some(per_second),
        backlog_s: Some(waiting * pace.unit_ms / 1_000),
    }
}

/// Where the provider is to report to. Practice lines report on this computer.
#[must_use]
pub fn webhook_url(row: &ConnectionRow, public: Option<&str>, port: Option<u16>) -> Option<String> {
    if !has_receipts(&row.made.provider) {
        return None;
    }
    let base = match row.made.environment {
        Environment::Practice => port.map(|port| format!("http://127.0.0.1:{port}")),
        _ => public.map(str::to_owned),
    }?;
    Some(format!("{base}/api/webhooks/{}/{}", row.made.provider, row.id))
}

#[cfg(test)]
pub(crate) mod tests;

//! What follows from an outcome: the failure classes of the design, as one pure function.

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::breaker::Verdict;
use signalbox_domain::retry::{self, Next};
use signalbox_domain::{
    ConnectionId, ConnectionState, Failure, FailureClass, MessageId, Outcome, Scope, Signal,
};
use signalbox_providers::Settle;
use signalbox_store::{GateRow, LineChange, Then};

/// How long to leave a message alone while this machine has no network.
const OFFLINE_WAIT: TimeDelta = TimeDelta::seconds(15);

/// How long a message waits for the probe that tells whose fault it is: as long as its last retry.
const PROBE_WAIT: TimeDelta = TimeDelta::seconds(16);

/// What is known when an outcome arrives.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) message: MessageId,
    pub(crate) connection: ConnectionId,
    pub(crate) line_name: String,
    pub(crate) line_state: ConnectionState,
    /// Attempts that counted before this one.
    pub(crate) counted: u32,
    pub(crate) useful_until: DateTime<Utc>,
    pub(crate) route: Vec<ConnectionId>,
    pub(crate) settle: Settle,
    pub(crate) offline: bool,
    pub(crate) now: DateTime<Utc>,
    pub(crate) jitter: f64,
}

/// What is to be committed, and what is to be done besides.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub(crate) then: Then,
    pub(crate) failure: Option<Failure>,
    pub(crate) provider_id: Option<String>,
    pub(crate) gate_changed: bool,
    pub(crate) line: Option<LineChange>,
    /// How long the provider asked a parked line to rest.
    pub(crate) rest: Option<TimeDelta>,
    pub(crate) verdict: Verdict,
}

impl Decision {
    fn of(then: Then, failure: Option<Failure>) -> Self {
        Self {
            then,
            failure,
            provider_id: None,
            gate_changed: false,
            line: None,
            rest: None,
            verdict: Verdict::Steady,
        }
    }
}

/// Decides, and moves the line's gate.
pub(crate) fn decide(case: &Case, outcome: Outcome, gate: &mut GateRow) -> Decision {
    match outcome {
        Outcome::Accepted { provider_id } => accepted(case, provider_id, gate),
        Outcome::Unknown { failure } => unknown(case, failure, gate),
        Outcome::Refused { failure, retry_after, scope } => {
            let retry_after = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
            refused(case, failure, retry_after, scope, gate)
        }
    }
}

fn accepted(case: &Case, provider_id: Option<String>, gate: &mut GateRow) -> Decision {
    let was_pristine =
        gate.breaker.is_pristine() && gate.refusals == 0 && gate.cool_until.is_none();
    let verdict = gate.breaker.succeeded(case.now);
    // What was on its way when the provider asked for a pause does not end the pause.
    if gate.cool_until.is_none_or(|until| until <= case.now.timestamp_millis()) {
        gate.refusals = 0;
        gate.cool_until = None;
    }
    let line = (case.line_state == ConnectionState::Pending).then(|| LineChange {
        connection: case.connection,
        state: ConnectionState::Active,
        failure: None,
        signal: Signal::Clear,
        say: format!("{} works: its first message was accepted", case.line_name),
        detail: None,
        actor: "core".into(),
        only_from: vec![ConnectionState::Pending],
        at: case.now.timestamp_millis(),
    });
    Decision {
        provider_id,
        gate_changed: !was_pristine,
        line,
        verdict,
        ..Decision::of(Then::Accepted, None)
    }
}

fn unknown(case: &Case, failure: Failure, gate: &mut GateRow) -> Decision {
    let on_trial = gate.breaker.is_open() && gate.breaker.open_until().is_none();
    let verdict = match case.offline {
        true => {
            // A trial without a network tried nothing.
            gate.breaker.abandon_trial(case.now);
            Verdict::Steady
        }
        false => gate.breaker.failed(case.message, case.now),
    };
    let look_at = match case.settle {
        Settle::LookUp | Settle::SendAgainWithin(_) => {
            Some((case.now + retry::LOOKS[0]).timestamp_millis())
        }
        Settle::Ask => None,
    };
    Decision {
        gate_changed: on_trial || !case.offline,
        verdict,
        ..Decision::of(Then::Unknown { look_at }, Some(failure))
    }
}

fn refused(
    case: &Case,
    failure: Failure,
    retry_after: Option<TimeDelta>,
    scope: Scope,
    gate: &mut GateRow,
) -> Decision {
    let again = |at: DateTime<Utc>, counted| Then::Retry { due_at: at.timestamp_millis(), counted };
    let (line_answered, verdict) = answered(case, failure.class, gate);
    let decision = match failure.class {
        // An outcome that says refused and unknown at once is not believed to be refused.
        FailureClass::Unknown => unknown(case, failure, gate),
        FailureClass::Transient if case.offline => {
            // A trial without a network tried nothing.
            let on_trial = gate.breaker.is_open() && gate.breaker.open_until().is_none();
            gate.breaker.abandon_trial(case.now);
            let then = again(case.now + OFFLINE_WAIT, false);
            Decision { gate_changed: on_trial, ..Decision::of(then, Some(failure)) }
        }
        FailureClass::Transient => transient(case, failure, retry_after, gate),
        FailureClass::Deferred => {
            let wait = match retry::next(FailureClass::Deferred, case.counted + 1, case.jitter) {
                Next::After(wait) => wait.max(retry_after.unwrap_or_default()),
                Next::GiveUp => retry::LONGEST_WAIT,
            };
            let at = case.now + wait;
            let then = if at < case.useful_until { again(at, true) } else { Then::Attention };
            Decision::of(then, Some(failure))
        }
        FailureClass::RateLimited => {
            gate.refusals = gate.refusals.saturating_add(1);
            let wait = retry_after.unwrap_or_else(|| retry::cool_down(gate.refusals, case.jitter));
            let until = case.now + wait.max(TimeDelta::milliseconds(100));
            let later = gate
                .cool_until
                .map_or(until.timestamp_millis(), |at| at.max(until.timestamp_millis()));
            gate.cool_until = Some(later);
            let then =
                if until < case.useful_until { again(until, false) } else { Then::Attention };
            Decision { gate_changed: true, ..Decision::of(then, Some(failure)) }
        }
        FailureClass::Auth => parked(case, failure, ConnectionState::Reconnect),
        FailureClass::Admin if scope == Scope::Line => {
            Decision { rest: retry_after, ..parked(case, failure, ConnectionState::Admin) }
        }
        FailureClass::Admin
        | FailureClass::Recipient
        | FailureClass::Content
        | FailureClass::Permanent => Decision::of(Then::Attention, Some(failure)),
        FailureClass::OptedOut => Decision::of(Then::Suppress, Some(failure)),
    };
    match line_answered {
        true => Decision { gate_changed: true, verdict, ..decision },
        false => decision,
    }
}

/// A refusal with a reason is an answer: the line is there, whatever it thinks of the message. It
/// ends a row of failures, and a trial. Returns whether that changed the breaker.
fn answered(case: &Case, class: FailureClass, gate: &mut GateRow) -> (bool, Verdict) {
    let silent = matches!(class, FailureClass::Transient | FailureClass::Unknown);
    if silent || gate.breaker.is_pristine() {
        return (false, Verdict::Steady);
    }
    (true, gate.breaker.succeeded(case.now))
}

fn transient(
    case: &Case,
    failure: Failure,
    retry_after: Option<TimeDelta>,
    gate: &mut GateRow,
) -> Decision {
    let verdict = gate.breaker.failed(case.message, case.now);
    let in_danger = gate.breaker.is_open();
    let then = if in_danger && !case.route.is_empty() {
        Then::Reroute { connection: case.route[0], route: case.route[1..].to_vec() }
    } else if in_danger {
        // The line is the cause: the message waits with it and burns no attempt.
        Then::Retry { due_at: case.now.timestamp_millis(), counted: false }
    } else {
        match retry::next(FailureClass::Transient, case.counted + 1, case.jitter) {
            Next::After(wait) => {
                let at = case.now + wait.max(retry_after.unwrap_or_default());
                Then::Retry { due_at: at.timestamp_millis(), counted: true }
            }
            // Whether the line or the message is at fault is the probe's to say. Counted, so that
            // a message that fails at a line whose probes pass is given one more try, not many.
            Next::GiveUp
                if verdict == Verdict::WantsProbe && case.counted == retry::QUICK_RETRIES =>
            {
                let at = case.now + PROBE_WAIT;
                Then::Retry { due_at: at.timestamp_millis(), counted: true }
            }
            Next::GiveUp => Then::Attention,
        }
    };
    Decision { gate_changed: true, verdict, ..Decision::of(then, Some(failure)) }
}

/// The line needs a person; the message goes back to its place and waits with the line.
fn parked(case: &Case, failure: Failure, state: ConnectionState) -> Decision {
    let line = LineChange {
        connection: case.connection,
        state,
        failure: Some(failure.clone()),
        signal: Signal::Danger,
        say: format!("{}: {}", case.line_name, failure.say),
        detail: Some(failure.code.clone()),
        actor: "provider".into(),
        only_from: vec![
            ConnectionState::Pending,
            ConnectionState::Active,
            ConnectionState::Degraded,
        ],
        at: case.now.timestamp_millis(),
    };
    let then = Then::Retry { due_at: case.now.timestamp_millis(), counted: false };
    Decision { line: Some(line), ..Decision::of(then, Some(failure)) }
}

#[cfg(test)]
mod tests;

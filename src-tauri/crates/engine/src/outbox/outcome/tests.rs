use super::*;
use std::time::Duration;

fn case() -> Case {
    Case {
        message: MessageId::from_raw(1),
        connection: ConnectionId::from_raw(9),
        line_name: "Front desk".into(),
        line_state: ConnectionState::Active,
        counted: 0,
        useful_until: DateTime::UNIX_EPOCH + TimeDelta::hours(24),
        route: Vec::new(),
        settle: Settle::LookUp,
        offline: false,
        now: DateTime::UNIX_EPOCH,
        jitter: 0.5,
    }
}

fn gate() -> GateRow {
    GateRow::open(ConnectionId::from_raw(9))
}

fn failure(class: FailureClass) -> Failure {
    Failure::new(class, "code", "Something", "Do something")
}

fn refuse(case: &Case, class: FailureClass) -> Decision {
    decide(case, Outcome::refused(failure(class)), &mut gate())
}

#[test]
fn a_transient_refusal_is_tried_again_after_a_second_and_counts() {
    assert_eq!(
        refuse(&case(), FailureClass::Transient).then,
        Then::Retry { due_at: 1_000, counted: true }
    );
}

#[test]
fn the_sixth_transient_refusal_needs_a_person_when_the_line_is_well() {
    let case = Case { counted: 5, ..case() };
    assert_eq!(refuse(&case, FailureClass::Transient).then, Then::Attention);
}

#[test]
fn while_the_probe_is_asked_whose_fault_it_is_there_is_one_more_try_and_not_at_once() {
    let at_the_brink = || {
        let mut gate = gate();
        for n in 10..14 {
            gate.breaker.failed(MessageId::from_raw(n), DateTime::UNIX_EPOCH);
        }
        gate
    };
    let refused = || Outcome::refused(failure(FailureClass::Transient));
    let case = Case { counted: 5, ..case() };
    let decision = decide(&case, refused(), &mut at_the_brink());
    assert_eq!(decision.verdict, Verdict::WantsProbe);
    assert_eq!(decision.then, Then::Retry { due_at: 16_000, counted: true });
    let again = Case { counted: 6, ..case };
    assert_eq!(decide(&again, refused(), &mut at_the_brink()).then, Then::Attention);
}

#[test]
fn being_offline_burns_no_attempt_and_blames_no_line() {
    let case = Case { offline: true, counted: 5, ..case() };
    let mut gate = gate();
    let decision = decide(&case, Outcome::refused(failure(FailureClass::Transient)), &mut gate);
    assert_eq!(decision.then, Then::Retry { due_at: 15_000, counted: false });
    assert!(gate.breaker.is_pristine());
}

#[test]
fn a_trial_whose_answer_is_lost_while_offline_tried_nothing() {
    let mut gate = gate();
    for n in 0..5 {
        gate.breaker.failed(MessageId::from_raw(n), DateTime::UNIX_EPOCH);
    }
    gate.breaker.probed(false, DateTime::UNIX_EPOCH);
    let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(60);
    gate.breaker.permit(now);
    let case = Case { offline: true, now, ..case() };
    let lost = Outcome::Unknown { failure: failure(FailureClass::Unknown) };
    assert!(decide(&case, lost, &mut gate).gate_changed);
    assert_eq!(gate.breaker.open_until(), Some(now), "another one may try");
}

#[test]
fn while_the_breaker_is_open_messages_wait_with_the_line() {
    let mut gate = gate();
    for n in 0..5 {
        gate.breaker.failed(MessageId::from_raw(n), DateTime::UNIX_EPOCH);
    }
    gate.breaker.probed(false, DateTime::UNIX_EPOCH);
    let case = Case { counted: 5, ..case() };
    let decision = decide(&case, Outcome::refused(failure(FailureClass::Transient)), &mut gate);
    assert_eq!(decision.then, Then::Retry { due_at: 0, counted: false });
}

#[test]
fn a_message_with_a_route_passes_over_a_line_in_danger() {
    let mut gate = gate();
    for n in 0..5 {
        gate.breaker.failed(MessageId::from_raw(n), DateTime::UNIX_EPOCH);
    }
    gate.breaker.probed(false, DateTime::UNIX_EPOCH);
    let next = ConnectionId::from_raw(10);
    let case = Case { route: vec![next], ..case() };
    let decision = decide(&case, Outcome::refused(failure(FailureClass::Transient)), &mut gate);
    assert_eq!(decision.then, Then::Reroute { connection: next, route: vec![] });
}

#[test]
fn authentication_recipient_and_unknown_never_move_to_another_line() {
    let case = Case { route: vec![ConnectionId::from_raw(10)], ..case() };
    for class in
        [FailureClass::Auth, FailureClass::Recipient, FailureClass::Content, FailureClass::Unknown]
    {
        assert!(!matches!(refuse(&case, class).then, Then::Reroute { .. }), "{class}");
    }
}

#[test]
fn a_rate_limit_waits_as_long_as_the_provider_says_and_does_not_count() {
    let mut gate = gate();
    let outcome = Outcome::Refused {
        failure: failure(FailureClass::RateLimited),
        retry_after: Some(Duration::from_secs(7)),
        scope: Scope::Line,
    };
    let decision = decide(&case(), outcome, &mut gate);
    assert_eq!(decision.then, Then::Retry { due_at: 7_000, counted: false });
    assert_eq!(gate.cool_until, Some(7_000), "the whole line slows down");
}

#[test]
fn a_dead_credential_parks_the_line_and_loses_no_attempt() {
    let decision = refuse(&case(), FailureClass::Auth);
    assert_eq!(decision.then, Then::Retry { due_at: 0, counted: false });
    assert_eq!(decision.line.map(|line| line.state), Some(ConnectionState::Reconnect));
}

#[test]
fn an_admin_failure_stops_the_line_only_when_it_is_about_the_line() {
    let outcome = |scope| Outcome::Refused {
        failure: failure(FailureClass::Admin),
        retry_after: None,
        scope,
    };
    let line = decide(&case(), outcome(Scope::Line), &mut gate());
    assert_eq!(line.line.map(|line| line.state), Some(ConnectionState::Admin));
    let message = decide(&case(), outcome(Scope::Message), &mut gate());
    assert_eq!((message.then, message.line.is_none()), (Then::Attention, true));
}

#[test]
fn a_deferred_message_waits_within_its_use_and_then_needs_a_person() {
    let soon = Case { counted: 7, ..case() };
    assert_eq!(
        refuse(&soon, FailureClass::Deferred).then,
        Then::Retry { due_at: 3_600_000, counted: true }
    );
    let late = Case { useful_until: DateTime::UNIX_EPOCH + TimeDelta::minutes(30), ..soon };
    assert_eq!(refuse(&late, FailureClass::Deferred).then, Then::Attention);
}

#[test]
fn an_unknown_outcome_is_looked_up_or_asked_about_never_sent_again_here() {
    let lookup =
        decide(&case(), Outcome::Unknown { failure: failure(FailureClass::Unknown) }, &mut gate());
    assert_eq!(lookup.then, Then::Unknown { look_at: Some(5_000) });
    let ask = Case { settle: Settle::Ask, ..case() };
    let asked =
        decide(&ask, Outcome::Unknown { failure: failure(FailureClass::Unknown) }, &mut gate());
    assert_eq!(asked.then, Then::Unknown { look_at: None });
}

#[test]
fn the_first_accepted_message_makes_a_pending_line_active() {
    let pending = Case { line_state: ConnectionState::Pending, ..case() };
    let decision = decide(&pending, Outcome::Accepted { provider_id: None }, &mut gate());
    assert_eq!(decision.line.map(|line| line.state), Some(ConnectionState::Active));
}

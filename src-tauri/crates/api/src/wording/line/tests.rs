use super::*;
use signalbox_domain::{Channel, ConnectionId, Failure, FailureClass};
use signalbox_store::NewConnection;
use std::collections::BTreeMap;

const NOW: i64 = 1_773_759_600_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(NOW).expect("an instant")
}

fn row(state: ConnectionState) -> ConnectionRow {
    ConnectionRow {
        id: ConnectionId::from_raw(7),
        made: NewConnection {
            provider: "twilio".into(),
            name: "Reminders".into(),
            environment: Environment::Production,
            channel: Some(Channel::Sms),
            address: Some("+15550100100".into()),
            fields: BTreeMap::new(),
            urls: BTreeMap::new(),
        },
        state,
        failure: None,
        since: NOW,
        last_good: None,
        last_receipt: None,
        refused_receipts: 0,
        refused_on: None,
        quota: None,
        removed_at: None,
        created_at: NOW,
    }
}

pub(crate) fn facts(state: ConnectionState, signal: Signal) -> LineFacts {
    LineFacts {
        row: row(state),
        signal,
        reachable: Some(true),
        block: None,
        open_until: None,
        failures: 0,
        checks: Vec::new(),
        counts: Vec::new(),
        waiting_span: (None, None),
        today: Today::default(),
        webhook_url: None,
    }
}

fn check(outcome: CheckOutcome, latency_ms: Option<i64>) -> CheckRow {
    let failure = (outcome == CheckOutcome::Failed)
        .then(|| Failure::new(FailureClass::Transient, "http_503", "It is down", "Wait"));
    CheckRow { at: NOW, outcome, latency_ms, failure }
}

#[test]
fn queued_work_of_a_stopped_line_is_held_for_what_stops_it() {
    let counts = vec![
        (MessageState::Queued, None, 4),
        (MessageState::Held, Some(HoldReason::Reconnect), 2),
        (MessageState::Held, Some(HoldReason::Scheduled), 3),
        (MessageState::Unknown, Some(HoldReason::Asked), 1),
        (MessageState::Unknown, None, 9),
        (MessageState::Delivered, None, 50),
    ];
    let block = Some((HoldReason::Reconnect, None));
    let stopped = LineFacts {
        counts: counts.clone(),
        block,
        ..facts(ConnectionState::Reconnect, Signal::Danger)
    };
    let groups: Vec<_> =
        stopped.held().into_iter().map(|group| (group.reason, group.count)).collect();
    assert_eq!(
        groups,
        [(HoldReason::Reconnect, 6), (HoldReason::Scheduled, 3), (HoldReason::Asked, 1)]
    );
    assert_eq!(stopped.waiting(), 9);
    let clear = LineFacts { counts, ..facts(ConnectionState::Active, Signal::Clear) };
    assert_eq!(clear.held().iter().map(|group| group.count).sum::<i64>(), 6);
}

#[test]
fn what_is_not_known_of_a_line_is_said_not_to_be() {
    let shape = facts(ConnectionState::Active, Signal::Clear).shape(now());
    assert_eq!(shape.facets.vendor.state, VendorState::Unknown);
    assert!(!shape.facets.quota.knowable);
    assert_eq!(shape.facets.receipts.say, "None so far");
    assert!(shape.probe.is_none() && shape.median_ms.is_none());
}

#[test]
fn headroom_is_shown_as_it_was_noted() {
    let seen = quota(Some(r#"{"left": 40, "of": 100, "per_seconds": 86400}"#));
    let expect =
        QuotaFacet { knowable: true, left: Some(40), of: Some(100), per: Some("day".into()) };
    assert_eq!(seen, expect);
    for noted in [None, Some("{}"), Some("not JSON")] {
        assert!(!quota(noted).knowable, "{noted:?}");
    }
}

#[test]
fn receipts_that_stopped_arriving_are_noticed() {
    let mut line = facts(ConnectionState::Active, Signal::Clear);
    line.row.last_receipt = Some(NOW - 60_000);
    assert_eq!(line.shape(now()).facets.receipts.say, "Receipts arrive");
    line.row.last_receipt = Some(NOW - 3 * 24 * 3_600_000);
    assert_eq!(line.shape(now()).facets.receipts.say, "None for 3 days");
    line.row.made.provider = "smtp".into();
    assert_eq!(line.shape(now()).facets.receipts.say, "This provider sends no receipts");
}

#[test]
fn a_line_that_is_not_well_says_why() {
    let mut failing = facts(ConnectionState::Active, Signal::Danger);
    failing.block = Some((HoldReason::Breaker, None));
    assert_eq!(failing.shape(now()).reason.map(|reason| reason.code).as_deref(), Some("breaker"));
    failing.checks = vec![check(CheckOutcome::Failed, None), check(CheckOutcome::Offline, None)];
    assert_eq!(
        failing.shape(now()).reason.map(|reason| reason.code).as_deref(),
        Some("http_503"),
        "a check while offline learnt nothing"
    );
    let signed_out =
        Failure::new(FailureClass::Auth, "20003", "It no longer signs in", "Reconnect");
    failing.row.failure = Some(signed_out);
    assert_eq!(
        failing.shape(now()).reason.map(|reason| reason.code).as_deref(),
        Some("20003"),
        "why a line stands where it does outweighs the last check"
    );
    let clear =
        LineFacts { checks: failing.checks, ..facts(ConnectionState::Active, Signal::Clear) };
    assert_eq!(
        clear.shape(now()).reason,
        None,
        "one failed check is no reason while the line is clear"
    );
}

#[test]
fn the_median_is_of_answers_only() {
    let answered = |ms| check(CheckOutcome::Answered, Some(ms));
    assert_eq!(
        median(&[answered(100), answered(300), check(CheckOutcome::Failed, Some(9_000))]),
        Some(200)
    );
    assert_eq!(median(&[answered(100), answered(300), answered(250)]), Some(250));
    assert_eq!(median(&[check(CheckOutcome::Failed, Some(1))]), None);
}

#[test]
fn every_state_can_be_left_again() {
    for state in ConnectionState::ALL {
        assert!(can(*state).contains(&ConnectionAction::Remove), "{state}");
        assert!(can(*state).contains(&ConnectionAction::Reconnect), "{state}");
    }
    assert!(!can(ConnectionState::Disabled).contains(&ConnectionAction::Check));
}

#[test]
fn limits_are_said_in_words_and_numbers() {
    let slow = limits(Pace::per_second(1), 90, true);
    assert_eq!(slow.say, "About 1 message part per second");
    assert_eq!((slow.per_second, slow.backlog_s), (Some(1.0), Some(90)));
    assert_eq!(
        limits(Pace { unit_ms: 3_000, batch_spacing_ms: 0 }, 0, true).say,
        "About 1 message part every 3 s"
    );
    assert_eq!(limits(Pace::UNLIMITED, 4, true).per_second, None);
    assert_eq!(limits(Pace::UNLIMITED, 4, false).backlog_s, None, "not known is not zero");
}

#[test]
fn practice_lines_report_on_this_computer() {
    let mut row = row(ConnectionState::Active);
    let public = Some("https://hooks.example.com");
    assert_eq!(
        webhook_url(&row, public, Some(3_000)).as_deref(),
        Some("https://hooks.example.com/api/webhooks/twilio/0000000000007")
    );
    row.made.environment = Environment::Practice;
    assert_eq!(
        webhook_url(&row, None, Some(3_000)).as_deref(),
        Some("http://127.0.0.1:3000/api/webhooks/twilio/0000000000007")
    );
    assert_eq!(webhook_url(&row, None, None), None);
}

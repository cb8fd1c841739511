use super::*;
use crate::shapes::instant::At;
use crate::wording::line::tests::facts;
use signalbox_domain::{ConnectionId, FailureClass, HoldReason, MessageState};

const NOW: i64 = 1_773_759_600_000;

fn cards(desk: &Desk, lines: &[LineFacts], causes: &[Cause]) -> Vec<NeedsYou> {
    let now = DateTime::from_timestamp_millis(NOW).expect("an instant");
    Needs { desk, lines, causes, free_bytes: Some(1_000_000), zone: Zone::UTC, now }.cards()
}

fn cause(key: &str, count: i64) -> Cause {
    Cause {
        key: key.into(),
        connection: ConnectionId::from_raw(7),
        class: FailureClass::RateLimited,
        code: "20429".into(),
        say: "Too many at once".into(),
        remedy: "Retry".into(),
        count,
        first_at: At::ms(NOW),
        last_at: At::ms(NOW),
        retryable: true,
        status: "Over. Safe to retry".into(),
        state: CauseState::NeedsAttention,
    }
}

#[test]
fn nothing_needs_a_person_when_all_is_well() {
    let line = facts(ConnectionState::Active, Signal::Clear);
    assert_eq!(cards(&Desk::default(), &[line], &[]), []);
}

#[test]
fn a_card_says_which_why_what_it_costs_and_offers_one_action() {
    let mut line = facts(ConnectionState::Reconnect, Signal::Danger);
    line.row.failure = Some(signalbox_domain::Failure::new(
        FailureClass::Auth,
        "20003",
        "Twilio no longer accepts the auth token",
        "Reconnect the line",
    ));
    line.counts = vec![(MessageState::Held, Some(HoldReason::Reconnect), 1_100)];
    line.waiting_span = (Some(NOW - 107 * 60_000), Some(NOW + 3_600_000));
    let cards = cards(&Desk::default(), &[line], &[]);
    let [card] = cards.as_slice() else { panic!("one card: {cards:?}") };
    assert_eq!(card.title, "Twilio, Reminders");
    assert_eq!(
        card.say,
        "Twilio no longer accepts the auth token. Receipts are still taken; only sending has stopped."
    );
    let facts: Vec<_> =
        card.facts.iter().map(|fact| (fact.value.as_str(), fact.label.as_str())).collect();
    assert_eq!(
        facts,
        [
            ("1,100", "waiting"),
            ("1 h 47 min", "oldest"),
            ("2026-03-17T16:00:00.000Z", "first stops being useful")
        ]
    );
    assert_eq!(card.action.label, "Reconnect");
}

#[test]
fn a_line_that_keeps_failing_can_be_checked_at_once() {
    let mut line = facts(ConnectionState::Active, Signal::Danger);
    line.block = Some((HoldReason::Breaker, None));
    line.open_until = DateTime::from_timestamp_millis(NOW + 60_000);
    let cards = cards(&Desk::default(), &[line], &[]);
    assert_eq!(cards[0].action.command.as_deref(), Some("check"));
    assert!(
        cards[0].say.ends_with("It is tried again by itself at 15:01 UTC."),
        "{}",
        cards[0].say
    );
}

#[test]
fn many_causes_share_a_card() {
    let causes: Vec<Cause> = (0..5).map(|n| cause(&format!("c{n}"), 10 - n)).collect();
    let cards = cards(&Desk::default(), &[], &causes);
    assert_eq!(cards.len(), CARDS + 1);
    assert_eq!(cards[0].title, "10 messages failed");
    assert_eq!(cards[0].say, "Too many at once. Over. Safe to retry.");
    assert_eq!(cards[0].action.label, "Review 10…");
    assert_eq!(cards[CARDS].title, "13 messages failed, of 2 other causes");
}

#[test]
fn what_stops_everything_comes_first() {
    let desk =
        Desk { disk_low: true, vault_locked: true, asked: 1, restored: 2, ..Desk::default() };
    let line = facts(ConnectionState::Reconnect, Signal::Danger);
    let kinds: Vec<NeedKind> =
        cards(&desk, &[line], &[cause("c", 1)]).into_iter().map(|card| card.kind).collect();
    assert_eq!(
        kinds,
        [
            NeedKind::Disk,
            NeedKind::Vault,
            NeedKind::Line,
            NeedKind::UnknownOutcomes,
            NeedKind::Messages,
            NeedKind::Messages
        ]
    );
}

#[test]
fn every_card_has_at_most_three_facts_and_a_way_on() {
    let desk =
        Desk { disk_low: true, vault_locked: true, asked: 3, restored: 2, ..Desk::default() };
    for state in ConnectionState::ALL {
        let mut line = facts(*state, Signal::Danger);
        line.counts = vec![(MessageState::Queued, None, 3)];
        line.waiting_span = (Some(NOW), Some(NOW));
        for card in cards(&desk, &[line], &[cause("c", 1)]) {
            assert!(card.facts.len() <= 3, "{card:?}");
            assert!(card.action.to.starts_with('/') && !card.action.label.is_empty(), "{card:?}");
            assert!(card.say.ends_with('.'), "{card:?}");
        }
    }
}

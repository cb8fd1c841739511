//! The claim: order, and everything that keeps a message from leaving.

use signalbox_domain::{Channel, HoldReason, MessageState, Priority};
use signalbox_store::{Chosen, ClaimRequest, NewMessage, Then};

use crate::desk::{Desk, HOUR, MINUTE};

#[tokio::test]
async fn the_intent_is_committed_with_the_claim() {
    let mut desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    let claimed = desk.claim().await;
    assert_eq!((claimed[0].row.id, claimed[0].n), (id, 1));
    assert_eq!(claimed[0].body, "See you at nine");
    desk.reopen();
    let whole = desk.store().message(id).await.unwrap();
    assert_eq!(whole.row.state, MessageState::Sending);
    assert_eq!((whole.row.tries, whole.row.tried_at), (1, Some(desk.now())));
    assert_eq!(whole.attempts.len(), 1);
    assert_eq!((whole.attempts[0].n, whole.attempts[0].outcome), (1, None));
    assert_eq!(whole.attempts[0].intent_at, desk.now());
    assert!(desk.claim().await.is_empty(), "what is in flight is not claimed again");
    desk.assert_counts();
}

#[tokio::test]
async fn direct_goes_before_routine_and_routine_before_bulk() {
    let desk = Desk::new().await;
    let mut expected = Vec::new();
    for priority in [Priority::Bulk, Priority::Routine, Priority::Direct] {
        for _ in 0..2 {
            let new = NewMessage { priority, ..desk.letter("+15550101") };
            expected.push((priority, desk.accept(new).await));
        }
    }
    expected.sort();
    let claimed: Vec<_> = desk.claim().await.iter().map(|m| (m.row.priority, m.row.id)).collect();
    assert_eq!(claimed, expected, "by priority, then in order of acceptance");
}

#[tokio::test]
async fn within_a_priority_the_earliest_due_goes_first() {
    let desk = Desk::new().await;
    let retried = desk.in_flight("+15550101").await;
    let due_at = desk.now() + 2 * MINUTE;
    desk.failed(retried, 1, "503", Then::Retry { due_at, counted: true }).await;
    desk.pass(MINUTE);
    let before = desk.queue("+15550102").await;
    desk.pass(2 * MINUTE);
    let after = desk.queue("+15550103").await;
    let order: Vec<_> = desk.claim().await.iter().map(|m| m.row.id).collect();
    assert_eq!(order, [before, retried, after]);
}

#[tokio::test]
async fn a_claim_takes_no_more_than_it_asks_for_and_says_that_there_is_more() {
    let desk = Desk::new().await;
    for n in 0..10 {
        desk.queue(&format!("p{n}@example.com")).await;
    }
    let request = ClaimRequest { limit: 4, ..desk.ask() };
    let first = desk.store().claim(request.clone()).await.unwrap();
    assert_eq!((first.messages.len(), first.next), (4, Some(desk.now())));
    let second = desk.store().claim(ClaimRequest { limit: 6, ..request }).await.unwrap();
    assert_eq!((second.messages.len(), second.next), (6, None), "exactly the rest, and no more");
}

#[tokio::test]
async fn a_claim_of_nothing_says_when_the_next_is_due() {
    let desk = Desk::new().await;
    assert_eq!(desk.store().claim(desk.ask()).await.unwrap().next, None);
    let at = desk.now() + HOUR;
    for (later, priority) in [(2 * HOUR, Priority::Direct), (HOUR, Priority::Bulk)] {
        let send_at = Some(desk.now() + later);
        desk.accept(NewMessage { send_at, priority, ..desk.letter("+15550101") }).await;
    }
    assert_eq!(desk.store().claim(desk.ask()).await.unwrap().next, Some(at));
}

#[tokio::test]
async fn one_lines_claim_leaves_the_others_alone() {
    let desk = Desk::new().await;
    let other = desk.add_line("second").await;
    let id = desk.accept(NewMessage { connection: other, ..desk.letter("+15550101") }).await;
    assert!(desk.claim().await.is_empty());
    let request = ClaimRequest { connection: other, ..desk.ask() };
    assert_eq!(desk.store().claim(request).await.unwrap().messages[0].row.id, id);
}

#[tokio::test]
async fn what_is_no_longer_useful_expires_instead_of_leaving() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    desk.pass(24 * HOUR - 1);
    let last = desk.accept(NewMessage { useful_until: desk.now() + 1, ..desk.letter("+15550102") });
    let last = last.await;
    desk.pass(1);
    let claimed = desk.store().claim(desk.ask()).await.unwrap();
    assert!(claimed.messages.is_empty());
    let expired = MessageState::Expired;
    assert_eq!(claimed.moved, [(id, expired), (last, expired)], "the last moment is excluded");
    assert_eq!(desk.story(id).await, ["expired"]);
    assert_eq!(desk.number("SELECT COUNT(*) FROM attempt"), 0, "no attempt was burnt");
    desk.assert_counts();
}

#[tokio::test]
async fn an_opt_out_between_acceptance_and_claim_counts() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    let other = desk.queue("+15550102").await;
    let stop = desk.store().set_consent(
        Channel::Sms,
        "+15550101".into(),
        false,
        "STOP".into(),
        desk.now(),
    );
    stop.await.unwrap();
    let claimed = desk.store().claim(desk.ask()).await.unwrap();
    assert_eq!(claimed.moved, [(id, MessageState::Suppressed)]);
    assert_eq!(claimed.messages.len(), 1);
    assert_eq!(claimed.messages[0].row.id, other);
    desk.assert_counts();
}

#[tokio::test]
async fn outside_the_allowed_hours_messages_wait_for_their_beginning() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    let until = desk.now() + 3 * HOUR;
    let quiet = ClaimRequest { quiet_until: Some(until), ..desk.ask() };
    let claimed = desk.store().claim(quiet).await.unwrap();
    assert!(claimed.messages.is_empty());
    assert_eq!((claimed.moved, claimed.next), (vec![(id, MessageState::Held)], Some(until)));
    let row = desk.row(id).await;
    assert_eq!((row.reason, row.due_at), (Some(HoldReason::QuietHours), Some(until)));
    desk.pass(3 * HOUR);
    let claimed = desk.claim().await;
    assert_eq!((claimed[0].row.id, claimed[0].row.reason), (id, None));
    desk.assert_counts();
}

#[tokio::test]
async fn one_recipient_has_at_most_one_message_whose_answer_is_open() {
    let desk = Desk::new().await;
    let first = desk.queue("+15550101").await;
    let second = desk.queue("+15550101").await;
    let other = desk.queue("+15550102").await;
    let claimed: Vec<_> = desk.claim_watched().await.iter().map(|m| m.row.id).collect();
    assert_eq!(claimed, [first, other], "two unanswered to one number could not be told apart");
    desk.pass(5_000);
    assert!(desk.claim_watched().await.is_empty());
    let look_at = Some(desk.now());
    desk.failed(first, 1, "timeout", Then::Unknown { look_at }).await;
    desk.pass(5_000);
    assert!(desk.claim_watched().await.is_empty(), "undecided is still open");
    let settled =
        desk.store().decide(vec![first], Chosen::WasSent, None, "test".into(), desk.now());
    settled.await.unwrap();
    desk.pass(5_000);
    assert_eq!(desk.claim_watched().await[0].row.id, second);
    desk.assert_counts();
}

#[tokio::test]
async fn texts_to_one_person_leave_in_the_order_they_were_written() {
    let desk = Desk::new().await;
    let mut written = Vec::new();
    let mut left = Vec::new();
    for n in 1..=4 {
        written.push(desk.queue("+15550101").await);
        let claimed = desk.claim_watched().await;
        assert_eq!(claimed.len(), usize::from(n == 1), "the first is still undecided");
        left.extend(claimed.iter().map(|m| m.row.id));
        desk.pass(700);
    }
    while left.len() < 4 {
        let last = left[left.len() - 1];
        desk.accepted(last, 1, &format!("SM{last}")).await;
        left.push(desk.claim_watched().await[0].row.id);
    }
    assert_eq!(left, written, "none is overtaken, and none waits for a timer");
    desk.assert_counts();
}

#[tokio::test]
async fn a_hundred_texts_to_one_person_do_not_keep_the_others_waiting() {
    let desk = Desk::new().await;
    for _ in 0..600 {
        desk.queue("+15550101").await;
    }
    let other = desk.queue("+15550102").await;
    let mut claimed = Vec::new();
    for _ in 0..3 {
        claimed.extend(desk.claim_watched().await.into_iter().map(|m| m.row.id));
    }
    assert!(claimed.contains(&other), "{claimed:?}");
    desk.assert_counts();
}

#[tokio::test]
async fn usefulness_is_judged_by_the_time_of_the_intent() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    let asked = desk.ask();
    desk.pass(30 * 24 * HOUR);
    assert!(desk.store().claim(asked).await.unwrap().messages.is_empty());
    assert_eq!(desk.state(id).await, MessageState::Expired, "the writer was busy for a month");
}

#[tokio::test]
async fn an_answer_frees_the_recipient_at_once() {
    let desk = Desk::new().await;
    for then in [
        Then::Accepted,
        Then::Attention,
        Then::Hold { reason: HoldReason::Admin, due_at: None },
        Then::Unknown { look_at: None },
    ] {
        let id = desk.queue("+15550101").await;
        let claimed = desk.claim_watched().await;
        assert_eq!(claimed[0].row.id, id, "before {then:?} the recipient was free");
        desk.failed(id, 1, "x", then).await;
    }
}

#[tokio::test]
async fn a_queue_full_of_dead_messages_is_worked_through_in_short_commits() {
    let desk = Desk::new().await;
    for _ in 0..6 {
        let many = (0..200).map(|n| desk.letter(&format!("p{n}@example.com"))).collect();
        desk.store().enqueue(many).await.unwrap();
    }
    desk.pass(25 * HOUR);
    let fresh = desk.queue("+15550101").await;
    let request = ClaimRequest { limit: 10, ..desk.ask() };
    let (mut claims, mut claimed) = (0, Vec::new());
    while claimed.is_empty() {
        let some = desk.store().claim(ClaimRequest { now: desk.now(), ..request.clone() }).await;
        let some = some.unwrap();
        assert!(some.moved.len() <= 512, "one commit stays short");
        assert!(some.next.is_some_and(|at| at <= desk.now()) || !some.messages.is_empty());
        claimed = some.messages;
        claims += 1;
        assert!(claims < 100, "the live message is never reached");
    }
    assert_eq!(claimed[0].row.id, fresh);
    desk.assert_counts();
}

#[tokio::test]
async fn claiming_for_a_trial_keeps_the_breaker() {
    let mut desk = Desk::new().await;
    let mut gate = signalbox_store::GateRow::open(desk.line);
    for n in 0..5 {
        let id = signalbox_domain::MessageId::from_raw(n);
        gate.breaker.failed(id, signalbox_domain::Clock::now(&desk.clock));
    }
    desk.queue("+15550101").await;
    let breaker = serde_json::to_string(&gate.breaker).unwrap();
    desk.store().claim(ClaimRequest { breaker: Some(breaker), ..desk.ask() }).await.unwrap();
    desk.reopen();
    assert_eq!(desk.store().gate(desk.line).await.unwrap().breaker, gate.breaker);
}

//! What a person decides: which decision fits which state, and where it leads.

use std::collections::BTreeMap;

use signalbox_domain::{FailureClass, HoldReason, MessageId, MessageState};
use signalbox_store::{Chosen, NewMessage, StoreError, Then};

use crate::desk::{Desk, HOUR, failure};

fn all() -> [Chosen; 8] {
    [
        Chosen::Again,
        Chosen::Dismiss,
        Chosen::Undismiss,
        Chosen::Cancel,
        Chosen::WasSent,
        Chosen::Drop,
        Chosen::Release,
        Chosen::Fail(failure(FailureClass::Admin, "line_removed")),
    ]
}

async fn decide(desk: &Desk, id: MessageId, chosen: Chosen) -> bool {
    let done = desk.store().decide(vec![id], chosen, None, "Ada".into(), desk.now()).await.unwrap();
    assert_eq!(done.changed + done.refused.len(), 1);
    done.changed == 1
}

/// A message in each state, by the way it really gets there.
async fn in_each_state(desk: &Desk) -> BTreeMap<&'static str, MessageId> {
    let mut all = BTreeMap::new();
    let in_flight = async |name: &str| desk.in_flight(&format!("{name}@example.com")).await;
    for (name, then) in [
        ("needs_attention", Then::Attention),
        ("suppressed", Then::Suppress),
        ("unknown, looked up", Then::Unknown { look_at: Some(desk.now() + HOUR) }),
        ("unknown, asked", Then::Unknown { look_at: None }),
        ("held", Then::Hold { reason: HoldReason::Reconnect, due_at: None }),
    ] {
        let id = in_flight(name).await;
        desk.failed(id, 1, "x", then).await;
        all.insert(name, id);
    }
    for (name, chosen) in [("dismissed", Chosen::Dismiss), ("cancelled", Chosen::Cancel)] {
        let id = match chosen {
            Chosen::Dismiss => {
                let id = in_flight(name).await;
                desk.failed(id, 1, "x", Then::Attention).await;
                id
            }
            _ => desk.queue("cancelled@example.com").await,
        };
        assert!(decide(desk, id, chosen).await);
        all.insert(name, id);
    }
    let accepted = in_flight("accepted").await;
    desk.accepted(accepted, 1, "SM1").await;
    all.insert("accepted", accepted);
    let stale = NewMessage { useful_until: desk.now(), ..desk.letter("expired@example.com") };
    all.insert("expired", desk.accept(stale).await);
    all.insert("sending", in_flight("sending").await);
    all.insert("queued", desk.queue("queued@example.com").await);
    all
}

#[tokio::test]
async fn each_decision_fits_some_states_and_is_refused_in_all_others() {
    let fits = |chosen: &Chosen| match chosen {
        Chosen::Again => {
            &["needs_attention", "dismissed", "expired", "cancelled", "unknown, asked"][..]
        }
        Chosen::Dismiss => &["needs_attention", "expired"][..],
        Chosen::Undismiss => &["dismissed"][..],
        Chosen::Cancel | Chosen::Fail(_) => &["queued", "held"][..],
        Chosen::WasSent => &["unknown, looked up", "unknown, asked"][..],
        Chosen::Drop => &["unknown, looked up", "unknown, asked", "held"][..],
        Chosen::Release => &["held"][..],
    };
    for chosen in all() {
        let desk = Desk::new().await;
        let all = in_each_state(&desk).await;
        for (name, id) in all {
            let before = desk.row(id).await;
            let changed = decide(&desk, id, chosen.clone()).await;
            assert_eq!(changed, fits(&chosen).contains(&name), "{chosen:?} of {name}");
            if !changed {
                assert_eq!(desk.row(id).await, before, "{chosen:?} refused, {name} untouched");
            }
        }
        desk.assert_counts();
    }
}

#[tokio::test]
async fn again_is_a_new_round_that_leaves_at_once() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.failed(id, 1, "x", Then::Attention).await;
    assert!(decide(&desk, id, Chosen::Again).await);
    let row = desk.row(id).await;
    assert_eq!((row.round, row.tries, row.counted), (1, 1, 0));
    assert_eq!((row.rank, row.provider_id, row.tried_at), (0, None, None));
    let timeline = desk.store().message(id).await.unwrap().timeline;
    assert_eq!(timeline.last().unwrap().actor, "Ada", "who decided is part of the story");
    assert_eq!(desk.claim().await[0].n, 2, "the fence goes on rising");
    desk.assert_counts();
}

#[tokio::test]
async fn again_can_give_a_stale_message_new_time_and_never_takes_any() {
    let desk = Desk::new().await;
    let stale = NewMessage { useful_until: desk.now(), ..desk.letter("+15550101") };
    let id = desk.accept(stale).await;
    assert!(desk.claim().await.is_empty());
    let until = desk.now() + HOUR;
    let again =
        |until| desk.store().decide(vec![id], Chosen::Again, Some(until), "Ada".into(), desk.now());
    again(until).await.unwrap();
    assert_eq!(desk.row(id).await.useful_until, until);
    desk.claim().await;
    desk.failed(id, 1, "x", Then::Attention).await;
    again(desk.now()).await.unwrap();
    assert_eq!(desk.row(id).await.useful_until, until);
}

#[tokio::test]
async fn was_sent_and_drop_end_an_unknown_outcome_for_good() {
    let desk = Desk::new().await;
    for (chosen, expected) in
        [(Chosen::WasSent, MessageState::Accepted), (Chosen::Drop, MessageState::Cancelled)]
    {
        let id = desk.in_flight("+15550101").await;
        desk.failed(id, 1, "timeout", Then::Unknown { look_at: Some(desk.now()) }).await;
        assert!(decide(&desk, id, chosen).await);
        assert_eq!(desk.state(id).await, expected);
        assert!(desk.store().due_looks(desk.now(), 10).await.unwrap().0.is_empty());
        assert!(desk.claim().await.is_empty());
    }
    assert!(desk.store().causes().await.unwrap().is_empty());
    desk.assert_counts();
}

#[tokio::test]
async fn what_cannot_leave_any_more_needs_a_person_and_says_why() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    let why = failure(FailureClass::Admin, "line_removed");
    assert!(decide(&desk, id, Chosen::Fail(why.clone())).await);
    let row = desk.row(id).await;
    assert_eq!((row.state, row.failure), (MessageState::NeedsAttention, Some(why)));
    assert!(desk.claim().await.is_empty());
    assert_eq!(desk.store().causes().await.unwrap()[0].count, 1);
    desk.assert_counts();
}

#[tokio::test]
async fn dismissing_rests_a_cause_and_undismissing_brings_it_back() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.failed(id, 1, "x", Then::Attention).await;
    assert!(decide(&desk, id, Chosen::Dismiss).await);
    assert!(desk.store().causes().await.unwrap().is_empty());
    assert!(decide(&desk, id, Chosen::Undismiss).await);
    assert_eq!(desk.store().causes().await.unwrap()[0].count, 1);
    assert_eq!(desk.state(id).await, MessageState::NeedsAttention);
    desk.assert_counts();
}

#[tokio::test]
async fn released_from_another_hold_a_message_still_waits_for_its_own_time() {
    let desk = Desk::new().await;
    let at = desk.now() + HOUR;
    let early = desk.accept(NewMessage { send_at: Some(at), ..desk.letter("+15550101") }).await;
    let held = desk.accept(NewMessage { send_at: Some(at), ..desk.letter("+15550102") }).await;
    assert!(decide(&desk, early, Chosen::Release).await);
    assert_eq!(desk.claim().await[0].row.id, early, "let go before its time, as was asked");
    desk.store().hold_restored(desk.now()).await.unwrap();
    assert_eq!(desk.row(held).await.reason, Some(HoldReason::Restored));
    assert!(decide(&desk, held, Chosen::Release).await);
    let row = desk.row(held).await;
    assert_eq!((row.reason, row.due_at), (Some(HoldReason::Scheduled), Some(at)));
    desk.assert_counts();
}

#[tokio::test]
async fn a_decision_is_made_in_slices() {
    let desk = Desk::new().await;
    let many = (0..501).map(|n| desk.letter(&format!("p{n}@example.com"))).collect();
    desk.store().enqueue(many).await.unwrap();
    let ids: Vec<_> = desk.claim_all().await;
    let refused = desk.store().decide(ids, Chosen::Cancel, None, "Ada".into(), desk.now()).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
}

impl Desk {
    async fn claim_all(&self) -> Vec<MessageId> {
        let file = self.file();
        let mut statement = file.prepare("SELECT id FROM message ORDER BY id").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(|id| MessageId::from_raw(id.unwrap())).collect()
    }
}

#[tokio::test]
async fn expiring_moves_waiting_messages_of_one_line_only() {
    let desk = Desk::new().await;
    let second = desk.add_line("second").await;
    let held = desk.in_flight("+15550102").await;
    desk.failed(held, 1, "401", Then::Hold { reason: HoldReason::Reconnect, due_at: None }).await;
    let queued = desk.queue("+15550101").await;
    let other = desk.accept(NewMessage { connection: second, ..desk.letter("+15550103") }).await;
    let later = NewMessage { useful_until: desk.now() + 48 * HOUR, ..desk.letter("+15550104") };
    let later = desk.accept(later).await;
    desk.pass(24 * HOUR);
    let mut expired = desk.store().expire(desk.line, desk.now()).await.unwrap();
    expired.sort();
    assert_eq!(expired, [held, queued]);
    for (id, state) in [
        (queued, MessageState::Expired),
        (held, MessageState::Expired),
        (other, MessageState::Queued),
        (later, MessageState::Queued),
    ] {
        assert_eq!(desk.state(id).await, state);
    }
    assert!(desk.store().expire(desk.line, desk.now()).await.unwrap().is_empty());
    desk.assert_counts();
}

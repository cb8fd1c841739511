//! Unknown outcomes: who is looked up when, and what each finding makes of a message.

use signalbox_domain::{FailureClass, HoldReason, MessageId, MessageState, ReceiptStatus};
use signalbox_store::{Settlement, Then};

use crate::desk::{Desk, MINUTE, SECOND, failure};

/// A message whose first attempt is undecided, to be looked at now.
async fn lost(desk: &Desk, to: &str) -> MessageId {
    let id = desk.in_flight(to).await;
    let look_at = Some(desk.now());
    desk.failed(id, 1, "timeout", Then::Unknown { look_at }).await;
    id
}

fn found(ids: &[&str], status: Option<ReceiptStatus>) -> Settlement {
    let candidates = ids.iter().map(|id| ((*id).to_owned(), status, None)).collect();
    Settlement::Found { candidates, doubtful: Vec::new(), or_look_at: None }
}

async fn settle(desk: &Desk, id: MessageId, settlement: Settlement) -> MessageState {
    desk.store().settle(id, 1, settlement, desk.now()).await.expect("it is committed")
}

#[tokio::test]
async fn looks_come_in_order_of_time_and_say_when_the_next_one_is() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for (n, wait) in [5, 1, 3].into_iter().enumerate() {
        let id = desk.in_flight(&format!("p{n}@example.com")).await;
        let look_at = Some(desk.now() + wait * SECOND);
        desk.failed(id, 1, "timeout", Then::Unknown { look_at }).await;
        ids.push(id);
    }
    let intent = desk.now();
    let (due, next) = desk.store().due_looks(desk.now(), 10).await.unwrap();
    assert!(due.is_empty());
    assert_eq!(next, Some(desk.now() + SECOND));
    desk.pass(4 * SECOND);
    let (due, next) = desk.store().due_looks(desk.now(), 10).await.unwrap();
    assert_eq!(due.iter().map(|lost| lost.row.id).collect::<Vec<_>>(), [ids[1], ids[2]]);
    assert_eq!(next, Some(intent + 5 * SECOND));
    assert_eq!((due[0].intent_at, due[0].body.as_str()), (intent, "See you at nine"));
    let (due, next) = desk.store().due_looks(desk.now(), 1).await.unwrap();
    assert_eq!((due.len(), next), (1, Some(intent + 3 * SECOND)));
}

#[tokio::test]
async fn a_message_the_provider_has_is_bound_to_it_with_its_status() {
    let desk = Desk::new().await;
    let id = lost(&desk, "+15550101").await;
    let state = settle(&desk, id, found(&["SM1"], Some(ReceiptStatus::Delivered))).await;
    assert_eq!(state, MessageState::Delivered);
    let row = desk.row(id).await;
    assert_eq!((row.provider_id.as_deref(), row.look_at), (Some("SM1"), None));
    assert_eq!((row.rank, row.failure), (ReceiptStatus::Delivered.rank(), None));
    let id = lost(&desk, "+15550102").await;
    assert_eq!(settle(&desk, id, found(&["SM2"], None)).await, MessageState::Accepted);
    desk.assert_counts();
}

#[tokio::test]
async fn what_the_provider_could_not_deliver_needs_a_person() {
    let desk = Desk::new().await;
    let id = lost(&desk, "+15550101").await;
    let why = failure(FailureClass::Recipient, "30005");
    let candidates = vec![("SM1".to_owned(), Some(ReceiptStatus::Failed), Some(why.clone()))];
    let state =
        settle(&desk, id, Settlement::Found { candidates, doubtful: Vec::new(), or_look_at: None })
            .await;
    assert_eq!(state, MessageState::NeedsAttention);
    assert_eq!(desk.row(id).await.failure, Some(why));
    desk.assert_counts();
}

#[tokio::test]
async fn one_send_is_not_taken_for_two() {
    let desk = Desk::new().await;
    let first = desk.in_flight("+15550101").await;
    desk.accepted(first, 1, "SM1").await;
    let id = lost(&desk, "+15550101").await;
    let look_at = desk.now() + MINUTE;
    let candidates = vec![("SM1".to_owned(), None, None)];
    let again = Settlement::Found {
        candidates: candidates.clone(),
        doubtful: Vec::new(),
        or_look_at: Some(look_at),
    };
    assert_eq!(settle(&desk, id, again).await, MessageState::Unknown);
    assert_eq!((desk.row(id).await.look_at, desk.row(id).await.looks), (Some(look_at), 1));
    let last = Settlement::Found { candidates, doubtful: Vec::new(), or_look_at: None };
    assert_eq!(settle(&desk, id, last).await, MessageState::Queued, "its own was never sent");
    assert_eq!(desk.row(first).await.provider_id.as_deref(), Some("SM1"));
    desk.assert_counts();
}

#[tokio::test]
async fn another_text_that_belongs_to_nobody_is_a_persons_to_judge() {
    let desk = Desk::new().await;
    let first = desk.in_flight("+15550101").await;
    desk.accepted(first, 1, "SM1").await;
    let id = lost(&desk, "+15550101").await;
    let look = |doubtful: &[&str], or_look_at| Settlement::Found {
        candidates: vec![("SM1".to_owned(), None, None)],
        doubtful: doubtful.iter().map(|id| (*id).to_owned()).collect(),
        or_look_at,
    };
    let soon = Some(desk.now() + MINUTE);
    assert_eq!(settle(&desk, id, look(&["SM1", "SM2"], soon)).await, MessageState::Unknown);
    assert_eq!(desk.row(id).await.reason, None, "its own may still show");
    assert_eq!(settle(&desk, id, look(&["SM1", "SM2"], None)).await, MessageState::Unknown);
    assert_eq!(desk.row(id).await.reason, Some(HoldReason::Asked));
    let other = lost(&desk, "+15550101").await;
    let state = settle(&desk, other, look(&["SM1"], None)).await;
    assert_eq!(state, MessageState::Queued, "another message of ours explains the other text");
    desk.assert_counts();
}

#[tokio::test]
async fn a_try_that_is_over_is_not_taken_for_the_present_one_nor_for_another_message() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    // It failed for now, so it is sent again; SM1 stays in the provider's list.
    crate::receipts::report(&desk, id, "SM1", ReceiptStatus::Failed, Some(desk.now())).await;
    assert_eq!(desk.claim().await[0].n, 2);
    desk.failed(id, 2, "timeout", Then::Unknown { look_at: Some(desk.now()) }).await;
    let state = desk.store().settle(id, 2, found(&["SM1"], None), desk.now()).await.unwrap();
    assert_eq!(state, MessageState::Queued, "SM1 was the first try: the second was not sent");
    let other = lost(&desk, "+15550101").await;
    assert_eq!(settle(&desk, other, found(&["SM1"], None)).await, MessageState::Queued);
    assert_eq!(settle_best(&desk).await, Some("SM9".into()));
    desk.assert_counts();
}

/// Of several candidates the first that is free.
async fn settle_best(desk: &Desk) -> Option<String> {
    let id = lost(desk, "+15550107").await;
    settle(desk, id, found(&["SM1", "SM9", "SM8"], None)).await;
    desk.row(id).await.provider_id
}

#[tokio::test]
async fn three_misses_send_it_again_with_the_reason_in_its_story() {
    let desk = Desk::new().await;
    let id = lost(&desk, "+15550101").await;
    let unasked = Settlement::LookAgain { at: desk.now(), missed: false };
    settle(&desk, id, unasked).await;
    assert_eq!(desk.row(id).await.looks, 0, "a provider that could not be asked is no miss");
    for look in 1..=2 {
        let at = desk.now() + MINUTE;
        let missed = Settlement::LookAgain { at, missed: true };
        assert_eq!(settle(&desk, id, missed).await, MessageState::Unknown);
        assert_eq!((desk.row(id).await.looks, desk.row(id).await.look_at), (look, Some(at)));
        desk.pass(MINUTE);
    }
    let due_at = desk.now() + SECOND;
    let again = Settlement::SendAgain { due_at, detail: "three looks found nothing" };
    assert_eq!(settle(&desk, id, again).await, MessageState::Queued);
    let row = desk.row(id).await;
    assert_eq!((row.due_at, row.looks, row.look_at), (Some(due_at), 0, None));
    let timeline = desk.store().message(id).await.unwrap().timeline;
    assert_eq!(timeline[0].detail.as_deref(), Some("three looks found nothing"));
    assert!(desk.claim().await.is_empty());
    desk.pass(SECOND);
    assert_eq!(desk.claim().await[0].n, 2);
    desk.assert_counts();
}

#[tokio::test]
async fn what_cannot_be_found_out_is_a_persons_to_decide() {
    let desk = Desk::new().await;
    let id = lost(&desk, "+15550101").await;
    assert_eq!(settle(&desk, id, Settlement::Ask).await, MessageState::Unknown);
    let row = desk.row(id).await;
    assert_eq!((row.reason, row.look_at), (Some(HoldReason::Asked), None));
    let late = settle(&desk, id, found(&["SM1"], None)).await;
    assert_eq!(late, MessageState::Unknown, "who was asked decides, not a late look");
    assert_eq!(desk.claim_watched().await.len(), 0);
    desk.queue("+15550101").await;
    assert_eq!(desk.claim_watched().await.len(), 1, "the recipient is free meanwhile");
    desk.assert_counts();
}

#[tokio::test]
async fn a_look_that_comes_too_late_changes_nothing() {
    let desk = Desk::new().await;
    let id = lost(&desk, "+15550101").await;
    crate::receipts::report(&desk, id, "SM1", ReceiptStatus::Sent, None).await;
    let again = Settlement::SendAgain { due_at: desk.now(), detail: "not there" };
    assert_eq!(settle(&desk, id, again.clone()).await, MessageState::Sent);
    let other = lost(&desk, "+15550102").await;
    let stale = desk.store().settle(other, 2, again, desk.now()).await.unwrap();
    assert_eq!(stale, MessageState::Unknown, "the fence is the attempt");
    desk.assert_counts();
}

#[tokio::test]
async fn an_accepted_message_is_asked_about_until_its_end_is_known() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let finish = signalbox_store::Finish {
        provider_id: Some("SM1".into()),
        poll_at: Some(desk.now() + MINUTE),
        ..desk.end_of(id, 1, Then::Accepted)
    };
    desk.finish(finish).await;
    assert!(desk.store().due_looks(desk.now(), 10).await.unwrap().0.is_empty());
    desk.pass(MINUTE);
    let (due, _) = desk.store().due_looks(desk.now(), 10).await.unwrap();
    assert_eq!((due[0].row.id, due[0].row.state), (id, MessageState::Accepted));
    let again_at = Some(desk.now() + MINUTE);
    let poll = async |status, again_at| {
        let report = crate::receipts::says(&desk, "SM1", status, None, None);
        desk.store().polled(id, Some(report), again_at).await.unwrap()
    };
    assert_eq!(poll(ReceiptStatus::Sent, again_at).await, MessageState::Sent);
    assert_eq!((desk.row(id).await.look_at, desk.row(id).await.looks), (again_at, 1));
    let nothing = desk.store().polled(id, None, again_at).await.unwrap();
    assert_eq!((nothing, desk.row(id).await.looks), (MessageState::Sent, 2));
    assert_eq!(poll(ReceiptStatus::Delivered, again_at).await, MessageState::Delivered);
    assert_eq!(desk.row(id).await.look_at, None, "there is nothing more to ask");
    assert!(desk.claim().await.is_empty());
    desk.assert_counts();
}

#[tokio::test]
async fn a_receipt_ends_the_asking_too() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let finish = signalbox_store::Finish {
        provider_id: Some("SM1".into()),
        poll_at: Some(desk.now()),
        ..desk.end_of(id, 1, Then::Accepted)
    };
    desk.finish(finish).await;
    crate::receipts::report(&desk, id, "SM1", ReceiptStatus::Failed, None).await;
    assert!(desk.store().due_looks(desk.now(), 10).await.unwrap().0.is_empty());
    let settled = desk.store().settle(id, 1, Settlement::Ask, desk.now()).await.unwrap();
    assert_eq!(settled, MessageState::NeedsAttention, "only an unknown outcome is settled");
}

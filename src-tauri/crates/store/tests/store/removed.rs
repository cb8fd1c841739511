//! Nothing waits for a line that was removed.

use signalbox_domain::{MessageState, ReceiptStatus};
use signalbox_store::{Chosen, Settlement, StoreError, Then};

use crate::desk::{Desk, MINUTE, told};
use crate::receipts::report;

async fn remove(desk: &Desk) {
    desk.store().remove_connection(desk.line, told(desk.now(), "removed")).await.unwrap();
}

async fn is_with_a_person(desk: &Desk, id: signalbox_domain::MessageId) {
    let row = desk.row(id).await;
    let code = row.failure.map(|failure| failure.code);
    assert_eq!(
        (row.state, row.due_at, code.as_deref()),
        (MessageState::NeedsAttention, None, Some("line_removed"))
    );
    desk.assert_counts();
}

#[tokio::test]
async fn what_still_waits_goes_to_a_person_in_the_commit_that_removes_it() {
    let desk = Desk::new().await;
    let (first, second) = (desk.queue("+15550101").await, desk.queue("+15550102").await);
    remove(&desk).await;
    is_with_a_person(&desk, first).await;
    is_with_a_person(&desk, second).await;
    assert!(desk.claim().await.is_empty());
}

#[tokio::test]
async fn an_attempt_that_comes_back_afterwards_does_not_wait_there() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    remove(&desk).await;
    let retry = Then::Retry { due_at: desk.now() + MINUTE, counted: true };
    desk.failed(id, 1, "503", retry).await;
    is_with_a_person(&desk, id).await;
}

#[tokio::test]
async fn neither_a_late_receipt_nor_a_look_up_queues_it_there() {
    let desk = Desk::new().await;
    let (told, lost) = (desk.in_flight("+15550101").await, desk.in_flight("+15550102").await);
    desk.accepted(told, 1, "SM1").await;
    desk.failed(lost, 1, "timeout", Then::Unknown { look_at: Some(desk.now()) }).await;
    remove(&desk).await;
    report(&desk, told, "SM1", ReceiptStatus::Failed, Some(desk.now() + MINUTE)).await;
    is_with_a_person(&desk, told).await;
    let again = Settlement::SendAgain { due_at: desk.now(), detail: "not there" };
    desk.store().settle(lost, 1, again, desk.now()).await.unwrap();
    is_with_a_person(&desk, lost).await;
}

#[tokio::test]
async fn a_person_cannot_send_it_again_there_either() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.failed(id, 1, "timeout", Then::Unknown { look_at: None }).await;
    remove(&desk).await;
    let again = desk.store().decide(vec![id], Chosen::Again, None, "Ada".into(), desk.now());
    let count = again.await.unwrap();
    assert_eq!((count.changed, count.refused), (0, vec![(id, MessageState::Unknown)]));
    assert_eq!(desk.state(id).await, MessageState::Unknown, "the question stays open");
}

#[tokio::test]
async fn nothing_new_is_accepted_for_it() {
    let desk = Desk::new().await;
    let letter = desk.letter("+15550101");
    remove(&desk).await;
    let refused = desk.store().enqueue(vec![letter]).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
}

//! A clock that was wrong: what it wrote must not keep anything waiting.

use signalbox_domain::{HoldReason, MessageState};
use signalbox_store::{NewMessage, Then};

use crate::desk::{Desk, HOUR};
use crate::receipts::incoming;

#[tokio::test]
async fn after_the_pull_in_nothing_waits_for_the_wrong_time_to_come_again() {
    let desk = Desk::new().await;
    let queued = desk.queue("+15550101").await;
    let retried = desk.in_flight("+15550102").await;
    let due_at = desk.now() + HOUR;
    desk.failed(retried, 1, "503", Then::Retry { due_at, counted: true }).await;
    let lost = desk.in_flight("+15550103").await;
    desk.failed(lost, 1, "timeout", Then::Unknown { look_at: Some(desk.now()) }).await;
    let at = desk.now() + HOUR;
    let scheduled = NewMessage { send_at: Some(at), ..desk.letter("+15550104") };
    let scheduled = desk.accept(scheduled).await;
    desk.store().take_receipt(incoming(&desk, "E1")).await.unwrap();
    // `in_flight` has claimed the first one too.
    desk.failed(queued, 1, "503", Then::Retry { due_at: desk.now(), counted: false }).await;
    let fresh = desk.queue("+15550105").await;

    desk.clock.jump_wall(chrono::TimeDelta::days(-1));
    assert!(desk.claim().await.is_empty(), "everything seems to be a day away");
    assert_eq!(desk.store().pull_in(desk.now()).await.unwrap(), 5);
    let mut claimed: Vec<_> = desk.claim().await.iter().map(|m| m.row.id).collect();
    claimed.sort();
    assert_eq!(claimed, [queued, retried, fresh]);
    assert_eq!(desk.store().due_looks(desk.now(), 10).await.unwrap().0.len(), 1);
    assert_eq!(desk.store().pending_receipts(desk.now(), 10).await.unwrap().0.len(), 1);
    let row = desk.row(scheduled).await;
    assert_eq!((row.state, row.reason), (MessageState::Held, Some(HoldReason::Scheduled)));
    assert_eq!(row.due_at, Some(at), "a time of day that a person chose stays as it is");
    assert_eq!(desk.store().pull_in(desk.now()).await.unwrap(), 0);
    desk.assert_counts();
}

#[tokio::test]
async fn waits_of_usual_length_are_left_alone() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let due_at = desk.now() + 8 * HOUR;
    desk.failed(id, 1, "greylisted", Then::Retry { due_at, counted: true }).await;
    assert_eq!(desk.store().pull_in(desk.now()).await.unwrap(), 0);
    assert_eq!(desk.row(id).await.due_at, Some(due_at));
}

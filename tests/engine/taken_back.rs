//! A batch that is taken back while some of it is on its way: nothing of it leaves by itself any
//! more, and nothing that may have left is said not to have.

use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::{
    BatchId, Channel, FailureClass, HoldReason, MessageId, MessageState, Outcome, ReceiptStatus,
};
use signalbox_engine::{Import, Which};
use signalbox_providers::Settle;
use signalbox_store::{MessageRow, PageRequest, StatusReport, Stream};
use tokio::sync::Semaphore;

use crate::desk::{Desk, failure, refused, unknown};
use crate::rows;

async fn batch(desk: &Desk, how_many: u32) -> BatchId {
    let numbers: String = (0..how_many).map(|n| format!("+1555010{:04}\n", 100 + n)).collect();
    let import = Import {
        csv: format!("Mobile\n{numbers}"),
        map: rows::map(&[("Mobile", "to")]),
        channel: Channel::Sms,
        body: Some("See you at nine".into()),
        subject: None,
        connection: None,
        country: None,
        name: None,
        send_at: None,
        useful_until: None,
        idempotency_key: None,
    };
    desk.engine.start_import(import, "test").await.unwrap()
}

async fn rows_of(desk: &Desk, batch: BatchId) -> Vec<MessageRow> {
    let request = PageRequest {
        streams: vec![Stream::Batch(batch)],
        cursor: None,
        from: 0,
        until: i64::MAX,
        reasons: Vec::new(),
        limit: 1_000,
    };
    desk.engine.store().page(request).await.unwrap().rows
}

/// A batch of which each message is in flight while it is cancelled, and then answered like this.
async fn cancelled_in_flight(desk: &Desk, answers: Vec<Outcome>) -> Vec<MessageId> {
    let how_many = answers.len();
    let script = desk.wire.script("text");
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    script.answers(answers);
    let batch = batch(desk, u32::try_from(how_many).unwrap()).await;
    let turn = desk.turn_beside();
    desk.until("all are in flight", async || script.handed() == how_many).await;
    assert_eq!(desk.engine.cancel_batch(batch, "test").await.unwrap(), 0, "none of it waits");
    permits.add_permits(how_many);
    turn.await.unwrap();
    *script.answers_wait.lock().unwrap() = None;
    script.letters.lock().unwrap().iter().map(|letter| letter.message).collect()
}

#[tokio::test]
async fn what_was_refused_for_now_is_cancelled_and_what_was_accepted_stays_so() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let accepted = Outcome::Accepted { provider_id: Some("SM1".into()) };
    let answers = vec![
        refused(FailureClass::Transient),
        accepted,
        refused(FailureClass::RateLimited),
        refused(FailureClass::Recipient),
    ];
    let ids = cancelled_in_flight(&desk, answers).await;
    desk.pass(7_200).await;
    let mut states = Vec::new();
    for id in &ids {
        states.push(desk.state(*id).await);
    }
    let expected = [
        MessageState::Cancelled,
        MessageState::Accepted,
        MessageState::Cancelled,
        MessageState::NeedsAttention,
    ];
    assert_eq!(states, expected);
    assert_eq!(desk.wire.script("text").handed(), 4, "none was tried again");
    let told = desk.message(ids[0]).await;
    assert!(told.timeline.iter().any(|step| step.what == "cancelled"), "{told:#?}");
    assert!(told.row.failure.is_some(), "and why it had not left is still told");
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn an_unknown_one_stays_unknown_and_is_not_sent_again_when_nothing_is_found() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let ids = cancelled_in_flight(&desk, vec![unknown()]).await;
    assert_eq!(desk.state(ids[0]).await, MessageState::Unknown);
    for _ in 0..8 {
        desk.pass(60).await;
    }
    let whole = desk.message(ids[0]).await;
    assert_eq!(whole.row.state, MessageState::Cancelled, "it certainly did not leave: {whole:#?}");
    assert_eq!(desk.wire.script("text").handed(), 1);
}

#[tokio::test]
async fn an_unknown_one_that_only_a_second_try_could_settle_is_asked_about() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    *script.settle.lock().unwrap() = Settle::SendAgainWithin(Duration::from_secs(3_600));
    let ids = cancelled_in_flight(&desk, vec![unknown()]).await;
    for _ in 0..8 {
        desk.pass(60).await;
    }
    let row = desk.message(ids[0]).await.row;
    assert_eq!((row.state, row.reason), (MessageState::Unknown, Some(HoldReason::Asked)));
    assert_eq!(script.handed(), 1);
}

#[tokio::test]
async fn a_cancellation_that_was_cut_short_holds_for_what_it_had_not_reached() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let batch = batch(&desk, 5).await;
    // The program ended right after the first commit of a cancellation.
    desk.engine.store().cancel_batch(batch, desk.clock_ms()).await.unwrap();
    let desk = desk.killed_and_started_again().await;
    desk.settle().await;
    assert_eq!(desk.wire.script("text").handed(), 0);
    let rows = rows_of(&desk, batch).await;
    assert!(rows.iter().all(|row| row.state == MessageState::Cancelled), "{rows:#?}");
}

#[tokio::test]
async fn a_receipt_that_asks_for_another_try_does_not_bring_it_back() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let batch = batch(&desk, 1).await;
    desk.settle().await;
    let row = rows_of(&desk, batch).await.remove(0);
    assert_eq!(row.state, MessageState::Accepted);
    desk.engine.cancel_batch(batch, "test").await.unwrap();
    let report = StatusReport {
        provider_id: row.provider_id.unwrap(),
        status: ReceiptStatus::Failed,
        failure: Some(failure(FailureClass::Deferred)),
        source: "poll".into(),
        poll_at: None,
        again_at: vec![desk.clock_ms() + 1_000],
        last_remedy: None,
        at: desk.clock_ms(),
    };
    desk.engine.store().polled(row.id, Some(report), None).await.unwrap();
    desk.pass(7_200).await;
    assert_eq!(desk.state(row.id).await, MessageState::NeedsAttention);
    assert_eq!(desk.wire.script("text").handed(), 1);
}

#[tokio::test]
async fn a_person_may_still_send_one_of_it_again() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let batch = batch(&desk, 3).await;
    assert_eq!(desk.engine.cancel_batch(batch, "test").await.unwrap(), 3);
    let wanted = rows_of(&desk, batch).await[0].id;
    desk.clock.advance(Duration::from_secs(1));
    desk.wire.script("text").answers([refused(FailureClass::Transient)]);
    let done = desk.engine.retry(Which::Ids(vec![wanted]), false, "test").await.unwrap();
    assert_eq!(done.sending, 1);
    for _ in 0..3 {
        desk.pass(5).await;
    }
    assert_eq!(desk.state(wanted).await, MessageState::Accepted, "and again after a bad moment");
    assert_eq!(desk.wire.script("text").handed(), 2);
}

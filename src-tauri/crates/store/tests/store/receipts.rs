//! What a provider says of a message: by rank, whatever the order of arrival.

use signalbox_domain::{Failure, FailureClass, HoldReason, MessageId, MessageState, ReceiptStatus};
use signalbox_store::{Consequence, Finish, NewReceipt, ReceiptBody, StatusReport, Then, Took};

use crate::desk::{Desk, MINUTE, failure};

/// A receipt as it comes in, with an event id of its own.
pub(crate) fn incoming(desk: &Desk, event_id: &str) -> NewReceipt {
    NewReceipt {
        connection: desk.line,
        provider: "twilio".into(),
        event_id: event_id.into(),
        kind: "status".into(),
        body: ReceiptBody {
            url: "https://desk.example/api/webhooks/twilio".into(),
            headers: vec![("x-twilio-signature".into(), "c2lnbmVk".into())],
            body: b"MessageStatus=sent".to_vec(),
        },
        received_at: desk.now(),
    }
}

pub(crate) fn says(
    desk: &Desk,
    provider_id: &str,
    status: ReceiptStatus,
    failure: Option<Failure>,
    retry_at: Option<i64>,
) -> StatusReport {
    StatusReport {
        provider_id: provider_id.into(),
        status,
        failure,
        source: "webhook".into(),
        poll_at: None,
        again_at: retry_at.into_iter().collect(),
        last_remedy: None,
        at: desk.now(),
    }
}

/// Takes a receipt and works it off; whether it moved the message.
pub(crate) async fn deliver(desk: &Desk, hint: Option<MessageId>, report: StatusReport) -> bool {
    let events = desk.number("SELECT COUNT(*) FROM receipt");
    let took = desk.store().take_receipt(incoming(desk, &format!("event-{events}"))).await.unwrap();
    let Took::New(id) = took else { panic!("each has its own event id") };
    let status = Consequence::Status { report, hint };
    let applied = desk.store().work_off(id, desk.line, vec![status], None, desk.now()).await;
    applied.unwrap().first().is_some_and(|applied| applied.moved)
}

/// A status with our token in it; failures come with one of their own.
pub(crate) async fn report(
    desk: &Desk,
    id: MessageId,
    provider_id: &str,
    status: ReceiptStatus,
    retry_at: Option<i64>,
) -> bool {
    let why = (status == ReceiptStatus::Failed).then(|| failure(FailureClass::Recipient, "30005"));
    deliver(desk, Some(id), says(desk, provider_id, status, why, retry_at)).await
}

#[tokio::test]
async fn statuses_only_move_forward() {
    use ReceiptStatus::{Accepted, Delivered, Failed, Read, Sent};
    let all = [Accepted, Sent, Failed, Delivered, Read];
    for first in all {
        for second in all {
            let desk = Desk::new().await;
            let id = desk.in_flight("+15550101").await;
            desk.accepted(id, 1, "SM1").await;
            report(&desk, id, "SM1", first, None).await;
            let before = desk.state(id).await;
            let moved = report(&desk, id, "SM1", second, None).await;
            let greater = second.rank() > first.rank().max(Accepted.rank());
            assert_eq!(moved, greater, "{second} after {first}");
            let row = desk.row(id).await;
            assert_eq!(row.state == before, !greater, "{second} after {first}");
            assert_eq!(row.rank, first.rank().max(second.rank()));
            desk.assert_counts();
        }
    }
}

#[tokio::test]
async fn delivered_after_failed_is_delivered_and_its_cause_is_gone() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    report(&desk, id, "SM1", ReceiptStatus::Failed, None).await;
    assert_eq!(desk.store().causes().await.unwrap().len(), 1);
    report(&desk, id, "SM1", ReceiptStatus::Delivered, None).await;
    assert_eq!((desk.state(id).await, desk.row(id).await.failure), (MessageState::Delivered, None));
    assert!(desk.store().causes().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_early_receipt_resolves_the_attempt_before_its_own_answer() {
    let mut desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    assert!(report(&desk, id, "SM1", ReceiptStatus::Delivered, None).await);
    let done = desk.accepted(id, 1, "SM1").await;
    assert_eq!((done.applied, done.state), (false, MessageState::Delivered));
    let whole = desk.store().message(id).await.unwrap();
    assert_eq!(whole.row.provider_id.as_deref(), Some("SM1"));
    assert_eq!(whole.attempts[0].outcome, Some(1), "the journal says how the attempt ended");
    desk.reopen();
    assert!(desk.store().recover(desk.now()).await.unwrap().is_empty());
    desk.assert_counts();
}

#[tokio::test]
async fn a_receipt_settles_an_unknown_outcome() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.failed(id, 1, "timeout", Then::Unknown { look_at: Some(desk.now()) }).await;
    assert!(report(&desk, id, "SM1", ReceiptStatus::Sent, None).await);
    assert_eq!(desk.state(id).await, MessageState::Sent);
    assert!(desk.store().due_looks(desk.now(), 10).await.unwrap().0.is_empty());
    desk.assert_counts();
}

#[tokio::test]
async fn a_failure_for_now_is_a_new_try_and_the_old_one_can_say_no_more() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    let retry_at = desk.now() + MINUTE;
    assert!(report(&desk, id, "SM1", ReceiptStatus::Failed, Some(retry_at)).await);
    let row = desk.row(id).await;
    assert_eq!((row.state, row.due_at), (MessageState::Queued, Some(retry_at)));
    for status in [ReceiptStatus::Sent, ReceiptStatus::Failed, ReceiptStatus::Delivered] {
        let moved = report(&desk, id, "SM1", status, None).await;
        assert!(!moved, "a late `{status}` of the failed try must not stop the new one");
    }
    desk.pass(MINUTE);
    assert_eq!(desk.claim().await[0].n, 2);
    report(&desk, id, "SM1", ReceiptStatus::Delivered, None).await;
    desk.accepted(id, 2, "SM2").await;
    assert!(report(&desk, id, "SM2", ReceiptStatus::Delivered, None).await);
    assert_eq!(desk.state(id).await, MessageState::Delivered);
    desk.assert_counts();
}

#[tokio::test]
async fn a_failure_for_now_that_is_faster_than_the_answer_keeps_its_retry() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    report(&desk, id, "SM1", ReceiptStatus::Failed, Some(desk.now() + MINUTE)).await;
    let done = desk.accepted(id, 1, "SM1").await;
    assert_eq!((done.applied, done.state), (false, MessageState::Queued));
    assert_eq!(desk.row(id).await.provider_id, None, "the retry is a conversation of its own");
    desk.pass(MINUTE);
    assert_eq!(desk.claim().await[0].n, 2);
    assert!(report(&desk, id, "SM2", ReceiptStatus::Sent, None).await, "also when it is early");
    desk.assert_counts();
}

#[tokio::test]
async fn a_new_try_after_a_failed_delivery_is_not_made_under_the_old_key() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    report(&desk, id, "SM1", ReceiptStatus::Failed, Some(desk.now() + MINUTE)).await;
    let row = desk.row(id).await;
    assert_eq!((row.round, row.tried_at), (1, None), "under the old key nothing would leave");
}

#[tokio::test]
async fn failed_deliveries_are_tried_again_as_often_as_was_said_and_then_need_a_person() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let tired = Failure { remedy: "Call them".into(), ..failure(FailureClass::Deferred, "30003") };
    for n in 1..=3 {
        let provider_id = format!("SM{n}");
        desk.accepted(id, n, &provider_id).await;
        let why = Some(failure(FailureClass::Deferred, "30003"));
        let mut report = says(&desk, &provider_id, ReceiptStatus::Failed, why, None);
        report.again_at = vec![desk.now() + MINUTE, desk.now() + 2 * MINUTE];
        report.last_remedy = Some("Call them");
        deliver(&desk, Some(id), report).await;
        if n < 3 {
            assert_eq!(desk.row(id).await.due_at, Some(desk.now() + i64::from(n) * MINUTE));
            desk.pass(2 * MINUTE);
            assert_eq!(desk.claim().await[0].n, n + 1);
        }
    }
    let row = desk.row(id).await;
    assert_eq!((row.state, row.failure), (MessageState::NeedsAttention, Some(tired)));
    desk.assert_counts();
}

#[tokio::test]
async fn a_provider_that_cannot_say_whether_it_arrived_leaves_the_outcome_unknown() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    let why = Some(failure(FailureClass::Unknown, "30410"));
    let mut report = says(&desk, "SM1", ReceiptStatus::Failed, why, None);
    report.again_at = vec![desk.now() + MINUTE];
    deliver(&desk, Some(id), report).await;
    let row = desk.row(id).await;
    assert_eq!((row.state, row.reason), (MessageState::Unknown, Some(HoldReason::Asked)));
    desk.assert_counts();
}

#[tokio::test]
async fn an_answer_that_names_an_old_try_is_not_taken_for_a_new_one() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    report(&desk, id, "SM1", ReceiptStatus::Failed, Some(desk.now())).await;
    assert_eq!(desk.claim().await[0].n, 2);
    desk.accepted(id, 2, "SM1").await;
    let row = desk.row(id).await;
    assert_eq!((row.state, row.reason), (MessageState::Unknown, Some(HoldReason::Asked)));
    assert_eq!(row.failure.map(|failure| failure.code), Some("old_answer".to_owned()));
    desk.assert_counts();
}

#[tokio::test]
async fn late_news_of_an_unknown_try_does_not_send_the_accepted_one_again() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.failed(id, 1, "timeout", Then::Unknown { look_at: Some(desk.now()) }).await;
    let again = signalbox_store::Settlement::SendAgain { due_at: desk.now(), detail: "not there" };
    desk.store().settle(id, 1, again, desk.now()).await.unwrap();
    assert_eq!(desk.claim().await[0].n, 2);
    // The first try did reach the provider, and failed there, while the second is in flight.
    report(&desk, id, "SM1", ReceiptStatus::Failed, Some(desk.now() + MINUTE)).await;
    let done = desk.accepted(id, 2, "SM2").await;
    assert_eq!((done.applied, done.state), (true, MessageState::Accepted));
    desk.pass(MINUTE);
    assert!(desk.claim().await.is_empty(), "it was accepted: once more would be twice");
    assert!(report(&desk, id, "SM2", ReceiptStatus::Delivered, None).await);
    desk.assert_counts();
}

#[tokio::test]
async fn a_complaint_after_delivery_stands_beside_it_and_suppresses() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    report(&desk, id, "SM1", ReceiptStatus::Delivered, None).await;
    let complaint = failure(FailureClass::OptedOut, "complaint");
    let late = says(&desk, "SM1", ReceiptStatus::Delivered, Some(complaint.clone()), None);
    assert!(deliver(&desk, None, late).await);
    let row = desk.row(id).await;
    assert_eq!((row.state, row.failure), (MessageState::Delivered, Some(complaint)));
    assert_eq!(desk.number("SELECT COUNT(*) FROM suppression"), 1);
    desk.assert_counts();
}

#[tokio::test]
async fn a_receipt_of_a_message_that_was_taken_back_is_noted_and_moves_nothing() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.failed(id, 1, "timeout", Then::Unknown { look_at: None }).await;
    let dropped = desk.store().decide(
        vec![id],
        signalbox_store::Chosen::Drop,
        None,
        "Ada".into(),
        desk.now(),
    );
    dropped.await.unwrap();
    assert!(!report(&desk, id, "SM1", ReceiptStatus::Delivered, None).await);
    assert_eq!(desk.state(id).await, MessageState::Cancelled);
    assert!(desk.story(id).await.contains(&"receipt:delivered".to_owned()), "but it is told");
}

#[tokio::test]
async fn a_token_does_not_move_a_message_that_is_bound_to_another_id() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.accepted(id, 1, "SM1").await;
    assert!(!report(&desk, id, "SM2", ReceiptStatus::Delivered, None).await);
    assert_eq!(desk.state(id).await, MessageState::Accepted);
}

#[tokio::test]
async fn an_attempt_without_an_id_is_bound_by_its_first_receipt() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.finish(Finish { ..desk.end_of(id, 1, Then::Accepted) }).await;
    assert!(report(&desk, id, "SM1", ReceiptStatus::Sent, None).await);
    let bound = says(&desk, "SM1", ReceiptStatus::Delivered, None, None);
    assert!(deliver(&desk, None, bound).await, "later ones need no token");
}

//! The end of an attempt: each thing that may follow, the fence, and what a crash leaves.

use signalbox_domain::{
    Channel, ConnectionState, FailureClass, HoldReason, MessageState, ReceiptStatus, Signal,
};
use signalbox_store::{Finish, GateRow, LineChange, NewMessage, StoreError, Then};

use crate::desk::{Desk, MINUTE, failure, told};

fn back_to_work(desk: &Desk) -> LineChange {
    LineChange {
        connection: desk.line,
        state: ConnectionState::Active,
        failure: None,
        signal: Signal::Clear,
        say: "first works".into(),
        detail: None,
        actor: "core".into(),
        only_from: vec![ConnectionState::Pending],
        at: desk.now(),
    }
}

#[tokio::test]
async fn accepted_ends_the_attempt_and_keeps_the_providers_id() {
    let mut desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.pass(300);
    let done = desk.accepted(id, 1, "SM1").await;
    assert!(done.applied && !done.line_changed);
    desk.reopen();
    let whole = desk.store().message(id).await.unwrap();
    assert_eq!(whole.row.state, MessageState::Accepted);
    assert_eq!(whole.row.provider_id.as_deref(), Some("SM1"));
    assert_eq!((whole.row.counted, whole.row.rank), (1, ReceiptStatus::Accepted.rank()));
    let attempt = &whole.attempts[0];
    assert_eq!((attempt.ended_at, attempt.outcome), (Some(desk.now()), Some(1)));
    assert_eq!(attempt.provider_id.as_deref(), Some("SM1"));
    desk.assert_counts();
}

#[tokio::test]
async fn a_retry_waits_and_counts_only_if_it_is_told_to() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let due_at = desk.now() + MINUTE;
    desk.failed(id, 1, "503", Then::Retry { due_at, counted: true }).await;
    let row = desk.row(id).await;
    assert_eq!((row.state, row.due_at, row.counted), (MessageState::Queued, Some(due_at), 1));
    assert_eq!(row.failure, Some(failure(FailureClass::Transient, "503")));
    desk.pass(MINUTE);
    assert_eq!(desk.claim().await[0].n, 2);
    desk.failed(id, 2, "429", Then::Retry { due_at, counted: false }).await;
    let row = desk.row(id).await;
    assert_eq!((row.tries, row.counted), (2, 1), "a throttled attempt is not counted");
    desk.assert_counts();
}

#[tokio::test]
async fn a_rerouted_message_starts_anew_on_the_next_line() {
    let desk = Desk::new().await;
    let (second, third) = (desk.add_line("second").await, desk.add_line("third").await);
    let new = NewMessage { route: vec![second, third], ..desk.letter("+15550101") };
    let id = desk.accept(new).await;
    desk.claim().await;
    desk.failed(id, 1, "503", Then::Reroute { connection: second, route: vec![third] }).await;
    let row = desk.row(id).await;
    assert_eq!((row.connection, row.route, row.counted), (second, vec![third], 0));
    assert!(desk.claim().await.is_empty(), "the first line no longer has it");
    assert_eq!(desk.story(id).await, ["rerouted"]);
    desk.assert_counts();
}

#[tokio::test]
async fn a_hold_lasts_until_its_time_or_until_an_event() {
    let desk = Desk::new().await;
    let (a, b) = (desk.in_flight("+15550101").await, desk.in_flight("+15550102").await);
    let due_at = Some(desk.now() + MINUTE);
    desk.failed(a, 1, "rate", Then::Hold { reason: HoldReason::Rate, due_at }).await;
    desk.failed(b, 1, "401", Then::Hold { reason: HoldReason::Reconnect, due_at: None }).await;
    desk.pass(MINUTE);
    let claimed: Vec<_> = desk.claim().await.iter().map(|m| m.row.id).collect();
    assert_eq!(claimed, [a]);
    assert_eq!(desk.row(b).await.reason, Some(HoldReason::Reconnect));
    desk.assert_counts();
}

#[tokio::test]
async fn what_needs_a_person_becomes_a_cause() {
    let desk = Desk::new().await;
    for to in ["+15550101", "+15550102"] {
        let id = desk.in_flight(to).await;
        desk.failed(id, 1, "21211", Then::Attention).await;
        assert_eq!(desk.state(id).await, MessageState::NeedsAttention);
    }
    let causes = desk.store().causes().await.unwrap();
    assert_eq!((causes.len(), causes[0].count), (1, 2), "one cause, many effects");
    assert_eq!(causes[0].failure.code, "21211");
    desk.assert_counts();
}

#[tokio::test]
async fn who_asked_not_to_be_written_to_is_remembered_for_the_channel() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let waiting = desk.queue("+15550101").await;
    desk.failed(id, 1, "21610", Then::Suppress).await;
    assert_eq!(desk.state(id).await, MessageState::Suppressed);
    let among = desk.store().suppressed_among(Channel::Sms, vec!["+15550101".into()]);
    assert_eq!(among.await.unwrap(), ["+15550101"]);
    assert!(desk.claim().await.is_empty());
    assert_eq!(desk.state(waiting).await, MessageState::Suppressed);
    desk.assert_counts();
}

#[tokio::test]
async fn an_unknown_outcome_is_looked_up_or_asked_about_and_never_sent_again() {
    let desk = Desk::new().await;
    let (a, b) = (desk.in_flight("+15550101").await, desk.in_flight("+15550102").await);
    let look_at = Some(desk.now() + 5_000);
    desk.failed(a, 1, "timeout", Then::Unknown { look_at }).await;
    desk.failed(b, 1, "timeout", Then::Unknown { look_at: None }).await;
    assert_eq!((desk.row(a).await.look_at, desk.row(a).await.reason), (look_at, None));
    assert_eq!(desk.row(b).await.reason, Some(HoldReason::Asked));
    desk.pass(10 * MINUTE);
    assert!(desk.claim().await.is_empty());
    let outcome = desk.store().message(a).await.unwrap().attempts[0].outcome;
    assert_eq!(outcome, Some(3));
    desk.assert_counts();
}

#[tokio::test]
async fn a_stale_finisher_completes_its_own_journal_row_and_moves_nothing() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.store().recover(desk.now()).await.unwrap();
    let again = signalbox_store::Settlement::SendAgain { due_at: desk.now(), detail: "not there" };
    desk.store().settle(id, 1, again, desk.now()).await.unwrap();
    assert_eq!(desk.claim().await[0].n, 2);
    let stale = desk.failed(id, 1, "late", Then::Attention).await;
    assert_eq!((stale.applied, stale.state), (false, MessageState::Sending));
    let stale = desk.accepted(id, 1, "SM1").await;
    assert_eq!((stale.applied, stale.state), (false, MessageState::Sending));
    assert_eq!(desk.row(id).await.provider_id, None, "an old id must not take the new one's place");
    assert!(desk.accepted(id, 2, "SM2").await.applied);
    let twice = desk.failed(id, 2, "again", Then::Attention).await;
    assert_eq!((twice.applied, twice.state), (false, MessageState::Accepted));
    let outcomes: Vec<_> = desk
        .store()
        .message(id)
        .await
        .unwrap()
        .attempts
        .iter()
        .map(|attempt| attempt.outcome)
        .collect();
    assert_eq!(outcomes, [Some(3), Some(1)], "what was written first stands");
    desk.assert_counts();
}

#[tokio::test]
async fn the_gate_and_the_line_change_in_the_same_commit() {
    let mut desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    let cool_until = Some(desk.now() + MINUTE);
    let gate = GateRow { cool_until, refusals: 2, ..GateRow::open(desk.line) };
    let finish = Finish {
        gate: Some(gate.clone()),
        line: Some(back_to_work(&desk)),
        ..desk.end_of(id, 1, Then::Accepted)
    };
    assert!(desk.finish(finish.clone()).await.line_changed);
    assert!(!desk.finish(finish).await.line_changed, "it stands there already");
    desk.reopen();
    assert_eq!(desk.store().gate(desk.line).await.unwrap(), gate);
    let row = desk.store().connection(desk.line).await.unwrap();
    assert_eq!(row.state, ConnectionState::Active);
    let changes = desk.store().changes(Some(desk.line), None, 10).await.unwrap();
    assert_eq!(changes[0].change.say, "first works");
}

#[tokio::test]
async fn an_outcome_is_written_even_when_its_line_was_removed_meanwhile() {
    let desk = Desk::new().await;
    let id = desk.in_flight("+15550101").await;
    desk.store().remove_connection(desk.line, told(desk.now(), "removed")).await.unwrap();
    let finish = Finish {
        provider_id: Some("SM1".into()),
        line: Some(back_to_work(&desk)),
        ..desk.end_of(id, 1, Then::Accepted)
    };
    let done = desk.finish(finish).await;
    assert!(done.applied && !done.line_changed, "{done:?}");
    assert_eq!(desk.state(id).await, MessageState::Accepted);
}

#[tokio::test]
async fn the_end_of_a_message_that_does_not_exist_is_not_found() {
    let desk = Desk::new().await;
    let nobody = signalbox_domain::MessageId::from_raw(7);
    let refused = desk.store().finish(desk.end_of(nobody, 1, Then::Accepted)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn after_a_crash_everything_in_flight_is_unknown_and_looked_up_at_once() {
    let mut desk = Desk::new().await;
    let second = desk.add_line("second").await;
    let a = desk.in_flight("+15550101").await;
    let b = desk.accept(NewMessage { connection: second, ..desk.letter("+15550102") }).await;
    let request = signalbox_store::ClaimRequest { connection: second, ..desk.ask() };
    desk.store().claim(request).await.unwrap();
    let done = desk.in_flight("+15550103").await;
    desk.accepted(done, 1, "SM3").await;
    let waiting = desk.queue("+15550104").await;
    let boot = desk.store().boot();
    desk.reopen();
    assert_eq!(desk.store().boot(), boot + 1);
    let mut orphans = desk.store().recover(desk.now()).await.unwrap();
    orphans.sort();
    assert_eq!(orphans, [a, b]);
    for id in [a, b] {
        let whole = desk.store().message(id).await.unwrap();
        assert_eq!(whole.row.state, MessageState::Unknown);
        assert_eq!(whole.row.look_at, Some(desk.now()));
        assert_eq!(whole.row.failure.unwrap().code, "interrupted");
        assert_eq!(whole.attempts[0].outcome, Some(3));
    }
    assert_eq!(desk.state(done).await, MessageState::Accepted);
    assert_eq!(desk.state(waiting).await, MessageState::Queued);
    assert!(desk.store().recover(desk.now()).await.unwrap().is_empty());
    desk.assert_counts();
}

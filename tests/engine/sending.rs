//! From accepted to an outcome.

use signalbox_domain::{ConnectionState, FailureClass, HoldReason, MessageState, Outcome};
use signalbox_engine::{RefusalKind, ReleaseRequest, SendRequest, WaitingWork, Which};
use signalbox_providers::{Found, ProbeOutcome, Settle};
use std::time::Duration;

use crate::desk::{Desk, failure, refused, sms, unknown};

#[tokio::test]
async fn a_message_leaves_and_is_accepted() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let id = desk.text(1).await;
    desk.settle().await;
    let message = desk.message(id).await;
    assert_eq!(message.row.state, MessageState::Accepted);
    assert_eq!(message.row.provider_id.as_deref(), Some("SM1"));
    assert_eq!(message.attempts.len(), 1);
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn a_line_counts_how_its_attempts_ended() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let accepted = Outcome::Accepted { provider_id: Some("SM-a".into()) };
    desk.wire.script("text").answers([refused(FailureClass::Recipient), unknown(), accepted]);
    for last in 1..=3 {
        desk.text(last).await;
        desk.settle().await;
    }
    let ended = desk.engine.line(line).unwrap().ended();
    assert_eq!((ended.accepted, ended.refused, ended.unknown), (1, 1, 1));
}

#[tokio::test]
async fn the_same_key_and_content_is_the_same_message_and_other_content_is_refused() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let keyed = SendRequest { idempotency_key: Some("visit-1".into()), ..sms(1) };
    let first = desk.engine.send(keyed.clone(), "test").await.unwrap();
    let again = desk.engine.send(keyed.clone(), "test").await.unwrap();
    assert_eq!((again.id, again.new), (first.id, false));
    let other = SendRequest { body: "Something else".into(), ..keyed };
    let refusal = desk.engine.send(other, "test").await.unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Conflict);
    desk.settle().await;
    assert_eq!(desk.wire.script("text").handed(), 1);
}

#[tokio::test]
async fn a_repeated_request_is_known_although_its_line_is_gone() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let keyed = SendRequest { idempotency_key: Some("visit-1".into()), ..sms(1) };
    let first = desk.engine.send(keyed.clone(), "test").await.unwrap();
    desk.settle().await;
    desk.engine.remove_line(line, WaitingWork::KeepAsFailed, "test").await.unwrap();
    let again = desk.engine.send(keyed, "test").await.unwrap();
    assert_eq!((again.id, again.new), (first.id, false), "else it would be sent by another way");
}

#[tokio::test]
async fn letting_everything_go_leaves_what_waits_for_its_own_time() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let later = SendRequest { send_at: Some(desk.at(3_600)), ..sms(1) };
    let id = desk.engine.send(later, "test").await.unwrap().id;
    let all = desk.engine.release(ReleaseRequest::default(), "test").await.unwrap();
    assert_eq!((all.released, desk.state(id).await), (0, MessageState::Held));
    let meant = ReleaseRequest { reason: Some(HoldReason::Scheduled), ..Default::default() };
    assert_eq!(desk.engine.release(meant, "test").await.unwrap().released, 1);
}

#[tokio::test]
async fn transient_refusals_are_retried_on_schedule_and_then_need_a_person() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers((0..6).map(|_| refused(FailureClass::Transient)));
    let id = desk.text(1).await;
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Queued);
    for wait in [2, 3, 5, 10, 20] {
        desk.pass(wait).await;
    }
    assert_eq!(script.handed(), 6, "one try and five retries");
    assert_eq!(desk.state(id).await, MessageState::NeedsAttention);
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn a_dead_credential_parks_the_work_and_a_passing_check_releases_it_in_order() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([refused(FailureClass::Auth)]);
    let first = desk.text(1).await;
    desk.settle().await;
    assert_eq!(desk.engine.line(line).unwrap().state(), ConnectionState::Reconnect);
    let second = desk.text(2).await;
    desk.pass(60).await;
    assert_eq!(script.handed(), 1, "nothing leaves while the credential is dead");
    let block = desk.engine.line(line).unwrap().block(desk.engine.clock().now()).unwrap();
    assert_eq!(block.reason, HoldReason::Reconnect);

    desk.engine.check_line(line).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.state(first).await, MessageState::Accepted);
    assert_eq!(desk.state(second).await, MessageState::Accepted);
    let letters: Vec<_> =
        script.letters.lock().unwrap().iter().map(|letter| letter.message).collect();
    assert_eq!(letters, [first, first, second], "in the order they were accepted");
}

#[tokio::test]
async fn an_unknown_outcome_that_the_provider_has_is_not_sent_again() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([unknown()]);
    script
        .finds([Found::No, Found::Yes { provider_id: "SM77".into(), status: None, failure: None }]);
    let id = desk.text(1).await;
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Unknown);
    desk.pass(5).await;
    desk.pass(25).await;
    let message = desk.message(id).await;
    assert_eq!(message.row.state, MessageState::Accepted);
    assert_eq!(message.row.provider_id.as_deref(), Some("SM77"));
    assert_eq!(script.handed(), 1);
}

#[tokio::test]
async fn an_unknown_outcome_is_sent_again_only_after_three_misses_over_two_minutes() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([unknown()]);
    let id = desk.text(1).await;
    desk.settle().await;
    desk.pass(5).await;
    desk.pass(25).await;
    assert_eq!(script.handed(), 1);
    desk.pass(90).await;
    assert_eq!((script.handed(), desk.state(id).await), (2, MessageState::Accepted));
}

#[tokio::test]
async fn where_the_provider_cannot_be_asked_a_person_is() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    *script.settle.lock().unwrap() = Settle::Ask;
    script.answers([unknown()]);
    let id = desk.text(1).await;
    desk.settle().await;
    desk.pass(3_600).await;
    let message = desk.message(id).await;
    assert_eq!(
        (message.row.state, message.row.reason),
        (MessageState::Unknown, Some(HoldReason::Asked))
    );
    assert_eq!(script.handed(), 1);
    desk.engine.resolve(id, signalbox_engine::Resolution::Again, "test").await.unwrap();
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
}

#[tokio::test]
async fn an_attempt_in_flight_at_a_kill_is_asked_for_before_anything_is_sent_again() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let id = desk.text(1).await;
    // The claim is committed and the process dies before the provider answered.
    let request = signalbox_store::ClaimRequest {
        connection: line,
        limit: 1,
        pace: signalbox_domain::Pace::UNLIMITED,
        quiet_until: None,
        one_open_per_recipient: true,
        breaker: None,
        boot: 1,
        now: desk.engine.clock().now().timestamp_millis(),
    };
    assert_eq!(desk.engine.store().claim(request).await.unwrap().messages.len(), 1);
    let desk = desk.killed_and_started_again().await;
    assert_eq!(desk.state(id).await, MessageState::Unknown);
    desk.wire.script("text").finds([Found::Yes {
        provider_id: "SM5".into(),
        status: None,
        failure: None,
    }]);
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
    assert_eq!(desk.wire.script("text").handed(), 0, "the provider had it: nothing is sent again");
}

#[tokio::test]
async fn five_failures_over_two_messages_and_a_failing_probe_open_the_breaker() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers((0..5).map(|_| refused(FailureClass::Transient)));
    script.probes((0..20).map(|_| ProbeOutcome::Failed(failure(FailureClass::Transient))));
    for last in 0..5 {
        desk.text(last).await;
    }
    desk.settle().await;
    let now = desk.engine.clock().now();
    let block = desk.engine.line(line).unwrap().block(now).unwrap();
    assert_eq!(block.reason, HoldReason::Breaker);
    let handed = script.handed();
    desk.pass(30).await;
    assert_eq!(script.handed(), handed, "while it is open nothing is burnt");
    desk.pass(31).await;
    assert!(script.handed() > handed, "one try, and when it works, all of them");
    desk.settle().await;
    assert!(desk.engine.line(line).unwrap().block(desk.engine.clock().now()).is_none());
}

#[tokio::test]
async fn what_stopped_being_useful_is_not_sent() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.engine.act_on_line(line, signalbox_engine::LineAct::Pause, "test").await.unwrap();
    let request = SendRequest { useful_until: Some("2026-03-17T13:00:00Z".into()), ..sms(1) };
    let id = desk.engine.send(request, "test").await.unwrap().id;
    desk.pass(3_601).await;
    assert_eq!(desk.state(id).await, MessageState::Expired, "also on a line that claims nothing");
    desk.engine.act_on_line(line, signalbox_engine::LineAct::Resume, "test").await.unwrap();
    desk.settle().await;
    assert_eq!(desk.wire.script("text").handed(), 0);
}

#[tokio::test]
async fn a_rate_limit_is_obeyed_by_the_whole_line_and_burns_no_attempt() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([Outcome::Refused {
        failure: failure(FailureClass::RateLimited),
        retry_after: Some(Duration::from_secs(30)),
        scope: signalbox_domain::Scope::Line,
    }]);
    let first = desk.text(1).await;
    desk.settle().await;
    let second = desk.text(2).await;
    desk.pass(29).await;
    assert_eq!(script.handed(), 1);
    desk.pass(2).await;
    assert_eq!(desk.state(first).await, MessageState::Accepted);
    assert_eq!(desk.state(second).await, MessageState::Accepted);
    assert_eq!(desk.message(first).await.row.counted, 1, "the refusal did not count");
}

#[tokio::test]
async fn a_rehearsed_retry_changes_nothing_and_says_what_it_would_do() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([refused(FailureClass::Content)]);
    let id = desk.text(1).await;
    desk.settle().await;
    let rehearsal = desk.engine.retry(Which::Ids(vec![id]), true, "test").await.unwrap();
    assert_eq!((rehearsal.sending, rehearsal.skipped_count), (1, 0));
    assert_eq!(desk.state(id).await, MessageState::NeedsAttention);
    desk.engine.retry(Which::Ids(vec![id]), false, "test").await.unwrap();
    desk.settle().await;
    let message = desk.message(id).await;
    assert_eq!((message.row.state, message.row.round), (MessageState::Accepted, 1));
    let letters = script.letters.lock().unwrap();
    assert_ne!(letters[0].token, letters[1].token, "a new round is a new letter to the provider");
}

#[tokio::test]
async fn someone_who_opted_out_is_never_written_to_again() {
    let desk = Desk::new().await;
    desk.line("text").await;
    desk.wire.script("text").answers([refused(FailureClass::OptedOut)]);
    let id = desk.text(1).await;
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Suppressed);
    let refusal = desk.engine.send(sms(1), "test").await.unwrap_err();
    assert_eq!(refusal.code, "opted_out");
}

#[tokio::test]
async fn a_field_that_nobody_gave_a_value_never_reaches_a_customer() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let send = async |body: &str| {
        let request = signalbox_engine::SendRequest { body: body.into(), ..sms(1) };
        desk.engine.send(request, "test").await
    };
    let refusal = send("Hello {name}, see you on {day}").await.unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), ("template_field", Some("body")));
    assert!(refusal.message.contains("{name}"), "{}", refusal.message);
    for plain in ["Hello :-}", "{ \"a\": 1 }", "Your code is {} or {"] {
        send(plain).await.unwrap_or_else(|refusal| panic!("{plain}: {refusal}"));
    }
}

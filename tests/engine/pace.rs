//! Limits and breakers: kept before the provider has to say so, and over restarts.

use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::{
    Clock as _, FailureClass, HoldReason, MessageId, MessageState, Outcome, Pace, Scope,
};
use signalbox_engine::{Import, SendRequest};
use signalbox_providers::{ProbeOutcome, Settle};
use tokio::sync::Semaphore;

use crate::desk::{Desk, failure, refused, sms};
use crate::rows;

/// When each message left and what it cost, in the order in which they left.
async fn departures(desk: &Desk, ids: &[MessageId]) -> Vec<(i64, i64)> {
    let mut left = Vec::new();
    for id in ids {
        let message = desk.message(*id).await;
        assert_eq!(message.attempts.len(), 1, "each leaves once");
        left.push((message.attempts[0].intent_at, message.row.units));
    }
    left.sort_unstable();
    left
}

#[tokio::test]
async fn six_hundred_segments_leave_at_one_a_second_over_twenty_restarts() {
    let mut desk = Desk::new().await;
    desk.line("text").await;
    *desk.wire.script("text").pace.lock().unwrap() = Pace::per_second(1);
    let mut ids = Vec::new();
    for n in 0..200 {
        let body = "#".repeat(1 + n as usize % 5);
        ids.push(desk.engine.send(SendRequest { body, ..sms(n) }, "test").await.unwrap().id);
    }
    for second in 0..640 {
        if second % 30 == 17 {
            desk = desk.killed_and_started_again().await;
        }
        desk.engine.turn().await;
        desk.clock.advance(Duration::from_millis(250));
        desk.engine.turn().await;
        desk.clock.advance(Duration::from_millis(750));
    }
    let left = departures(&desk, &ids).await;
    for pair in left.windows(2) {
        let ((before, cost), (after, _)) = (pair[0], pair[1]);
        assert!(after - before >= cost * 1_000, "{cost} segments and then {} ms", after - before);
    }
    assert_eq!(left.iter().map(|(_, cost)| cost).sum::<i64>(), 600);
}

#[tokio::test]
async fn messages_of_a_batch_leave_200_ms_apart_and_a_single_one_passes_them() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    *desk.wire.script("text").pace.lock().unwrap() = Pace::UNLIMITED;
    let rows: Vec<String> = (0..10).map(|n| format!("+1555010{n:04},Name {n}")).collect();
    let import = Import {
        csv: format!("to,name\n{}", rows.join("\n")),
        map: rows::map(&[]),
        channel: signalbox_domain::Channel::Sms,
        body: Some("Hello {name}".into()),
        subject: None,
        country: None,
        connection: Some(line),
        name: None,
        send_at: None,
        useful_until: None,
        idempotency_key: None,
    };
    desk.engine.start_import(import, "test").await.unwrap();
    desk.settle().await;
    let single = desk.text(99).await;
    desk.settle().await;
    assert_eq!(desk.state(single).await, MessageState::Accepted, "it does not wait for the batch");
    for _ in 0..60 {
        desk.clock.advance(Duration::from_millis(50));
        desk.settle().await;
    }
    let ids: Vec<_> =
        desk.wire.script("text").letters.lock().unwrap().iter().map(|l| l.message).collect();
    assert_eq!(ids.len(), 11);
    let batch: Vec<_> = ids.into_iter().filter(|id| *id != single).collect();
    let left = departures(&desk, &batch).await;
    assert!(left.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 200), "{left:?}");
}

/// A line whose breaker has just opened, with this many messages waiting on it.
async fn opened(desk: &Desk, waiting: u32) -> Vec<MessageId> {
    let script = desk.wire.script("text");
    script.answers((0..5).map(|_| refused(FailureClass::Transient)));
    script.probes([ProbeOutcome::Failed(failure(FailureClass::Transient))]);
    let mut ids = Vec::new();
    for last in 0..5 {
        ids.push(desk.text(last).await);
    }
    desk.engine.turn().await;
    for last in 5..waiting {
        ids.push(desk.text(last).await);
    }
    let line = desk.engine.lines()[0].clone();
    let block = line.block(desk.clock.now()).unwrap();
    assert_eq!(block.reason, HoldReason::Breaker);
    ids
}

#[tokio::test]
async fn of_sixty_four_waiting_messages_one_tries_a_breaker_and_the_others_follow_it() {
    let desk = Desk::new().await;
    desk.line("text").await;
    opened(&desk, 64).await;
    let script = desk.wire.script("text");
    let before = script.handed();
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    desk.clock.advance(Duration::from_secs(61));
    let turn = desk.turn_beside();
    desk.until("the one try", async || script.handed() > before).await;
    for _ in 0..20 {
        desk.engine.lines()[0].block(desk.clock.now()).expect("still on trial");
        tokio::task::yield_now().await;
    }
    assert_eq!(script.handed(), before + 1, "one try, whoever else waits");
    permits.add_permits(10_000);
    turn.await.unwrap();
    desk.settle().await;
    assert_eq!(script.handed(), before + 64, "it worked: all of them leave");
}

#[tokio::test]
async fn a_try_that_is_interrupted_by_a_restart_is_made_again_and_not_by_all_at_once() {
    let desk = Desk::new().await;
    desk.line("text").await;
    opened(&desk, 20).await;
    let script = desk.wire.script("text");
    *script.settle.lock().unwrap() = Settle::Ask;
    *script.answers_wait.lock().unwrap() = Some(Arc::new(Semaphore::new(0)));
    let before = script.handed();
    desk.clock.advance(Duration::from_secs(61));
    let turn = desk.turn_beside();
    desk.until("the try", async || script.handed() > before).await;
    turn.abort();
    let desk = desk.killed_and_started_again().await;
    script.answers([refused(FailureClass::Transient)]);
    *script.answers_wait.lock().unwrap() = None;
    desk.engine.turn().await;
    assert_eq!(script.handed(), before + 2, "one try again, and it failed: the others still wait");
    let line = desk.engine.lines()[0].clone();
    assert_eq!(line.block(desk.clock.now()).unwrap().reason, HoldReason::Breaker);
}

#[tokio::test]
async fn a_try_that_is_refused_for_its_own_sake_still_shows_that_the_line_is_there() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    opened(&desk, 6).await;
    desk.wire.script("text").answers([refused(FailureClass::Recipient)]);
    desk.pass(61).await;
    let block = desk.engine.line(line).unwrap().block(desk.clock.now());
    assert_eq!(block, None, "an answer about the recipient is an answer");
    desk.settle().await;
    assert_eq!(desk.wire.script("text").handed(), 5 + 6);
}

#[tokio::test]
async fn a_pause_that_the_provider_asked_for_outlives_a_restart_and_answers_that_were_on_their_way()
{
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    script.answers([Outcome::Refused {
        failure: failure(FailureClass::RateLimited),
        retry_after: Some(Duration::from_secs(30)),
        scope: Scope::Line,
    }]);
    desk.text(1).await;
    desk.text(2).await;
    let turn = desk.turn_beside();
    desk.until("both are on their way", async || script.handed() == 2).await;
    permits.add_permits(1);
    let cools = async || desk.engine.line(line).unwrap().gate().cool_until.is_some();
    desk.until("the first is told to wait", cools).await;
    permits.add_permits(10_000);
    turn.await.unwrap();
    desk.text(3).await;
    desk.pass(10).await;
    assert_eq!(
        script.handed(),
        2,
        "the second was accepted, and the provider still wants its pause"
    );
    let desk = desk.killed_and_started_again().await;
    desk.pass(10).await;
    assert_eq!(script.handed(), 2, "a restart is no excuse");
    desk.pass(11).await;
    assert_eq!(script.handed(), 4);
}

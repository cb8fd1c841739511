//! Messages that may have been sent: nothing that follows may forget it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_domain::{Clock as _, FailureClass, HoldReason, MessageId, MessageState, Outcome};
use signalbox_engine::{LineAct, SendRequest, WaitingWork};
use signalbox_providers::{Found, Letter, Lost, ProbeOutcome, Settle};
use tokio::sync::Semaphore;

use crate::desk::{Brain, Desk, failure, refused, sms, unknown};

const DAY: u64 = 24 * 3_600;

/// A message that waits to be sent again under its key, on a line that was stopped meanwhile.
async fn waiting_in_doubt(desk: &Desk) -> MessageId {
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    *script.settle.lock().unwrap() = Settle::SendAgainWithin(Duration::from_secs(23 * 3_600));
    script.answers([unknown()]);
    let request = SendRequest { useful_until: Some(desk.at(3 * DAY as i64)), ..sms(1) };
    let id = desk.engine.send(request, "test").await.unwrap().id;
    desk.settle().await;
    desk.clock.advance(Duration::from_secs(5));
    desk.engine.turn().await;
    desk.engine.act_on_line(line, LineAct::Pause, "test").await.unwrap();
    assert_eq!(desk.state(id).await, MessageState::Queued);
    id
}

async fn resume(desk: &Desk) {
    let line = desk.engine.lines()[0].id();
    desk.engine.act_on_line(line, LineAct::Resume, "test").await.unwrap();
}

fn asked(row: &signalbox_store::MessageRow) -> bool {
    row.state == MessageState::Unknown && row.reason == Some(HoldReason::Asked)
}

#[tokio::test]
async fn within_the_life_of_its_key_it_is_simply_sent_again() {
    let desk = Desk::new().await;
    let id = waiting_in_doubt(&desk).await;
    desk.pass(20 * 3_600).await;
    resume(&desk).await;
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
    let letters = desk.wire.script("text").letters.lock().unwrap().clone();
    assert_eq!(letters[0].token, letters[1].token, "under the same key");
}

#[tokio::test]
async fn after_a_weekend_its_key_is_used_up_so_it_is_looked_up_and_not_sent_twice() {
    let desk = Desk::new().await;
    let id = waiting_in_doubt(&desk).await;
    let desk = desk.killed_and_started_again().await;
    desk.clock.advance(Duration::from_secs(2 * DAY));
    let found = Found::Yes { provider_id: "re_1".into(), status: None, failure: None };
    desk.wire.script("text").finds([found]);
    resume(&desk).await;
    desk.settle().await;
    let row = desk.message(id).await.row;
    assert_eq!((row.state, row.provider_id.as_deref()), (MessageState::Accepted, Some("re_1")));
    assert_eq!(desk.wire.script("text").handed(), 1, "the provider had it all the time");
}

#[tokio::test]
async fn it_neither_expires_nor_can_be_taken_back_a_person_is_asked_instead() {
    let desk = Desk::new().await;
    let id = waiting_in_doubt(&desk).await;
    let (changed, refused) = desk.engine.cancel(vec![id], "test").await.unwrap();
    assert_eq!((changed, refused.len()), (0, 1), "nobody can say that it was not sent");
    assert!(asked(&desk.message(id).await.row));

    let desk = Desk::new().await;
    let id = waiting_in_doubt(&desk).await;
    desk.pass(22 * 3_600).await;
    let row = desk.message(id).await.row;
    assert_eq!(row.state, MessageState::Queued);
    desk.pass(3 * DAY).await;
    let row = desk.message(id).await.row;
    assert_ne!(row.state, MessageState::Expired, "it may have been sent");
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn a_refusal_that_is_not_about_the_message_leaves_the_doubt() {
    let desk = Desk::new().await;
    let id = waiting_in_doubt(&desk).await;
    desk.wire.script("text").answers((0..40).map(|_| refused(FailureClass::Transient)));
    resume(&desk).await;
    for _ in 0..40 {
        desk.pass(5).await;
    }
    let row = desk.message(id).await.row;
    assert_ne!(row.state, MessageState::NeedsAttention, "failed would mean that it was not sent");
    assert!(asked(&row) || row.state == MessageState::Queued, "{}", row.state);
}

#[tokio::test]
async fn when_its_line_is_removed_there_is_nobody_left_to_ask_but_a_person() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.wire.script("text").answers([unknown()]);
    let id = desk.text(1).await;
    desk.settle().await;
    desk.engine.remove_line(line, WaitingWork::Cancel, "test").await.unwrap();
    desk.pass(60).await;
    assert!(asked(&desk.message(id).await.row));
}

#[tokio::test]
async fn what_comes_back_to_a_line_that_was_removed_meanwhile_is_listed_as_failed() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    let permits = Arc::new(Semaphore::new(0));
    *script.answers_wait.lock().unwrap() = Some(permits.clone());
    script.answers([refused(FailureClass::Transient)]);
    let id = desk.text(1).await;
    let turn = desk.turn_beside();
    desk.until("it is on its way", async || script.handed() == 1).await;
    desk.engine.remove_line(line, WaitingWork::Cancel, "test").await.unwrap();
    permits.add_permits(1);
    turn.await.unwrap();
    desk.until("it is listed", async || desk.state(id).await == MessageState::NeedsAttention).await;
    let failure = desk.message(id).await.row.failure.unwrap();
    assert_eq!(failure.code, "line_removed", "nothing waits where nobody looks");
}

/// A provider with the right time, which takes a letter and loses the answer.
#[derive(Debug)]
struct Forgetful {
    right: DateTime<Utc>,
    letters: Mutex<u32>,
}

impl Brain for Forgetful {
    fn send(&self, _: &Letter) -> Outcome {
        *self.letters.lock().unwrap() += 1;
        unknown()
    }

    fn find(&self, lost: &Lost) -> Found {
        match self.right >= lost.earliest(None) {
            true => Found::Yes { provider_id: "SM1".into(), status: None, failure: None },
            false => Found::No,
        }
    }

    fn probe(&self) -> ProbeOutcome {
        ProbeOutcome::Passed { account: None, quota: None }
    }
}

#[tokio::test]
async fn a_clock_that_was_an_hour_fast_and_is_set_right_sends_nothing_twice() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let provider = Arc::new(Forgetful { right: desk.clock.now(), letters: Mutex::default() });
    *desk.wire.script("text").brain.lock().unwrap() = Some(provider.clone());
    desk.clock.jump_wall(TimeDelta::hours(1));
    let id = desk.text(1).await;
    desk.engine.turn().await;
    desk.clock.jump_wall(TimeDelta::hours(-1));
    desk.engine.clock_jumped(TimeDelta::hours(-1)).await;
    for _ in 0..180 {
        desk.pass(60).await;
    }
    assert_eq!(desk.state(id).await, MessageState::Accepted);
    assert_eq!(*provider.letters.lock().unwrap(), 1);
}

#[tokio::test]
async fn an_intent_from_the_future_is_found_or_asked_about_but_never_taken_for_absent() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let provider = Arc::new(Forgetful { right: desk.clock.now(), letters: Mutex::default() });
    *desk.wire.script("text").brain.lock().unwrap() = Some(provider.clone());
    desk.clock.jump_wall(TimeDelta::hours(1));
    let id = desk.text(1).await;
    desk.engine.turn().await;
    // Set back while nothing runs, so nobody can say by how much.
    desk.clock.jump_wall(TimeDelta::hours(-1));
    let desk = desk.killed_and_started_again().await;
    for _ in 0..180 {
        desk.pass(60).await;
    }
    assert_eq!(*provider.letters.lock().unwrap(), 1);
    assert!(asked(&desk.message(id).await.row));
}

/// A doubt, at a provider that answers no look-up any more.
async fn in_doubt_without_an_answer(desk: &Desk, class: FailureClass) -> MessageId {
    desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([unknown()]);
    script.finds((0..200).map(|_| Found::CannotTell(failure(class))));
    let id = desk.text(1).await;
    desk.settle().await;
    id
}

#[tokio::test]
async fn after_an_hour_without_an_answer_a_person_is_asked() {
    let desk = Desk::new().await;
    let id = in_doubt_without_an_answer(&desk, FailureClass::Transient).await;
    for _ in 0..11 {
        desk.pass(300).await;
    }
    let row = desk.message(id).await.row;
    assert_eq!((row.state, row.reason), (MessageState::Unknown, None), "it is still asked for");
    for _ in 0..3 {
        desk.pass(300).await;
    }
    assert!(asked(&desk.message(id).await.row));
    assert_eq!(desk.wire.script("text").handed(), 1);
}

#[tokio::test]
async fn who_may_not_ask_the_provider_asks_a_person_at_once() {
    let desk = Desk::new().await;
    let id = in_doubt_without_an_answer(&desk, FailureClass::Admin).await;
    desk.pass(5).await;
    assert!(asked(&desk.message(id).await.row));
}

#[tokio::test]
async fn hours_offline_or_asleep_are_no_silence_of_the_provider() {
    let desk = Desk::new().await;
    let id = in_doubt_without_an_answer(&desk, FailureClass::Transient).await;
    desk.pass(5).await;
    desk.network.set(false);
    desk.engine.look_at_network().await;
    for _ in 0..20 {
        desk.pass(600).await;
    }
    desk.network.set(true);
    desk.engine.look_at_network().await;
    desk.pass(60).await;
    desk.clock.jump_wall(TimeDelta::hours(9));
    desk.engine.clock_jumped(TimeDelta::hours(9)).await;
    desk.pass(300).await;
    let row = desk.message(id).await.row;
    assert_eq!((row.state, row.reason), (MessageState::Unknown, None), "there is still hope");
}

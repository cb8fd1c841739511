//! Asking what became of accepted messages: never at the cost of sending, and not for ever.

use std::time::Duration;

use signalbox_domain::{FailureClass, Outcome, Scope};
use signalbox_engine::{LineAct, WaitingWork};

use crate::desk::{Desk, failure};

async fn polled_desk() -> Desk {
    let desk = Desk::new().await;
    desk.line("text").await;
    *desk.wire.script("text").polled.lock().unwrap() = Some(Vec::new());
    desk
}

fn polls(desk: &Desk) -> usize {
    desk.wire.script("text").polled.lock().unwrap().as_ref().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_line_asks_about_one_message_at_a_time() {
    let desk = polled_desk().await;
    for last in 0..40 {
        desk.text(last).await;
    }
    desk.settle().await;
    desk.clock.advance(Duration::from_secs(15));
    desk.engine.turn().await;
    assert_eq!(polls(&desk), 1);
    for _ in 0..60 {
        desk.clock.advance(Duration::from_secs(1));
        let before = polls(&desk);
        desk.engine.turn().await;
        assert!(polls(&desk) <= before + 1, "one a turn");
    }
    for _ in 0..240 {
        desk.pass(1).await;
    }
    assert!(polls(&desk) >= 40, "and everyone gets its turn: {}", polls(&desk));
}

#[tokio::test]
async fn while_the_provider_wants_a_pause_nothing_is_asked() {
    let desk = polled_desk().await;
    desk.text(1).await;
    desk.settle().await;
    desk.wire.script("text").answers([Outcome::Refused {
        failure: failure(FailureClass::RateLimited),
        retry_after: Some(Duration::from_secs(600)),
        scope: Scope::Line,
    }]);
    desk.text(2).await;
    desk.settle().await;
    desk.pass(300).await;
    assert_eq!(polls(&desk), 0);
    desk.pass(301).await;
    assert!(polls(&desk) >= 1);
}

#[tokio::test]
async fn polls_of_a_line_that_is_gone_or_stays_shut_end() {
    for removed in [true, false] {
        let desk = polled_desk().await;
        let line = desk.engine.lines()[0].id();
        let id = desk.text(1).await;
        desk.settle().await;
        if removed {
            desk.engine.remove_line(line, WaitingWork::Cancel, "test").await.unwrap();
        } else {
            desk.engine.act_on_line(line, LineAct::Disable, "test").await.unwrap();
        }
        desk.pass(60).await;
        let row = desk.message(id).await.row;
        assert_eq!((row.look_at.is_none(), row.looks), (removed, 0), "shut for a while is no poll");
        for _ in 0..40 {
            desk.pass(3_600).await;
        }
        assert_eq!((desk.message(id).await.row.look_at, polls(&desk)), (None, 0));
    }
}

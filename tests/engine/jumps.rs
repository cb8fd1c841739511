//! The machine sleeps, and its clock is set: found out within a tick, and nothing waits for a time
//! that was never right.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use signalbox_domain::{FailureClass, HoldReason, MessageState, Outcome, Scope};
use signalbox_engine::{Engine, EngineOptions, LineAct, SendRequest};
use signalbox_store::{Home, OpenOptions, Store};

use crate::desk::{Desk, failure, refused, sms};

#[tokio::test]
async fn after_a_night_of_sleep_stale_work_ends_and_useful_work_leaves() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    desk.engine.act_on_line(line, LineAct::Pause, "test").await.unwrap();
    let stale = SendRequest { useful_until: Some(desk.at(3_600)), ..sms(1) };
    let stale = desk.engine.send(stale, "test").await.unwrap().id;
    let useful = desk.text(2).await;
    let woke = desk.wire.script("text").woke.load(Ordering::SeqCst);
    desk.clock.jump_wall(TimeDelta::hours(9));
    desk.engine.clock_jumped(TimeDelta::hours(9)).await;
    assert_eq!(desk.state(stale).await, MessageState::Expired);
    assert!(
        desk.wire.script("text").woke.load(Ordering::SeqCst) > woke,
        "connections kept over the night are dead without knowing it"
    );
    desk.engine.act_on_line(line, LineAct::Resume, "test").await.unwrap();
    desk.settle().await;
    assert_eq!(desk.state(useful).await, MessageState::Accepted);
    assert_eq!(desk.wire.script("text").handed(), 1);
}

#[tokio::test]
async fn a_clock_set_back_by_an_hour_or_ahead_by_a_day_makes_nothing_wait_for_it() {
    let desk = Desk::new().await;
    let line = desk.line("text").await;
    let script = desk.wire.script("text");
    script.answers([Outcome::Refused {
        failure: failure(FailureClass::RateLimited),
        retry_after: Some(Duration::from_secs(30)),
        scope: Scope::Line,
    }]);
    desk.text(1).await;
    desk.settle().await;
    let block = desk.engine.line(line).unwrap().block(desk.engine.clock().now()).unwrap();
    assert_eq!(block.reason, HoldReason::Rate);
    let second = desk.text(2).await;
    desk.clock.jump_wall(TimeDelta::hours(-1));
    desk.engine.clock_jumped(TimeDelta::hours(-1)).await;
    desk.pass(31).await;
    assert_eq!(desk.state(second).await, MessageState::Accepted, "thirty seconds are not an hour");
    let told = desk.engine.store().changes(None, None, 50).await.unwrap();
    assert!(told.iter().any(|row| row.change.say.contains("set back")), "and somebody is told");

    desk.clock.jump_wall(TimeDelta::days(1));
    desk.engine.clock_jumped(TimeDelta::days(1)).await;
    let third = desk.text(3).await;
    desk.settle().await;
    assert_eq!(desk.state(third).await, MessageState::Accepted);
    desk.clock.jump_wall(TimeDelta::days(-1));
    desk.engine.clock_jumped(TimeDelta::days(-1)).await;
    let fourth = desk.text(4).await;
    desk.settle().await;
    assert_eq!(desk.state(fourth).await, MessageState::Accepted, "and back again");
}

#[tokio::test]
async fn a_retry_on_its_way_through_a_jump_is_neither_lost_nor_hurried_twice() {
    let desk = Desk::new().await;
    desk.line("text").await;
    desk.wire.script("text").answers([refused(FailureClass::Transient)]);
    let id = desk.text(1).await;
    desk.settle().await;
    desk.clock.jump_wall(TimeDelta::hours(9));
    desk.engine.clock_jumped(TimeDelta::hours(9)).await;
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
    assert_eq!(desk.wire.script("text").handed(), 2);
}

#[tokio::test]
async fn the_running_engine_finds_a_sleep_out_by_itself_within_one_clock_check() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let desk = desk.killed_and_started_again().await;
    let Desk { engine, clock, wire, network, .. } = &desk;
    let folder = tempfile::tempdir().unwrap();
    let home = Home::take(folder.path()).unwrap();
    let options = OpenOptions { floor: 0, ..OpenOptions::default() };
    let store = Store::open(home, Arc::new(clock.clone()), options).unwrap();
    let running = Engine::start(EngineOptions {
        store,
        vault: engine.vault(),
        clock: Arc::new(clock.clone()),
        network: network.clone(),
        wire: wire.clone(),
        practice: None,
        public_url: None,
    })
    .await
    .unwrap();
    let woke = wire.script("text").woke.load(Ordering::SeqCst);
    tokio::task::yield_now().await;
    clock.jump_wall(TimeDelta::hours(9));
    desk.until("it notices", async || {
        clock.advance(Duration::from_millis(100));
        wire.script("text").woke.load(Ordering::SeqCst) > woke
    })
    .await;
    let beside = tokio::spawn({
        let running = running.clone();
        async move { running.shutdown(Duration::from_secs(10)).await }
    });
    desk.until("it ends", async || beside.is_finished()).await;
}
